// The grid game's protocol 1 on Socket.IO for Node, written as one ordinarily would: handlers, rooms
// and `nsp.to(room).emit`, with the library's defaults. A peer from the outside, for `gridcli stacks` and
// `make bench`: it takes nothing from gridcli. `node server.js [--port N] [--grid WxH]`; the first line
// tells the port. `--while-stdin-open` ends it with its standard input, as whoever started it ends.
// Not here: protocol 2, and anything that makes the library faster than it comes.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    grid: { type: "string", default: "20x10" },
    "while-stdin-open": { type: "boolean", default: false },
  },
});
const [width, height] = options.grid.split("x").map(Number);
const LOBBY = "lobby";
const SYMBOLS = "BCDFGHJKLMNPQRSTVWXYZ";
const STEPS = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] };

const http = createServer();
const nsp = new Server(http).of("/grid-game");
const rooms = new Map(); // of players by id, by the room's name

const pick = (n) => Math.floor(Math.random() * n);
const clamp = (n, most) => Math.min(Math.max(n, 1), most);
const playersIn = (room) => rooms.get(room) ?? rooms.set(room, new Map()).get(room);

function tellPosition(player) {
  const { userId, symbol, pos } = player;
  nsp.to(player.room).emit("user_position", { userId, symbol, pos });
}

function tellEveryone(socket, room) {
  const everyone = {};
  for (const { userId, symbol, pos } of playersIn(room).values()) everyone[userId] = { pos, symbol };
  socket.emit("grid_status", everyone);
}

function enter(socket, player, room) {
  player.room = room;
  player.pos = [1 + pick(width), 1 + pick(height)];
  playersIn(room).set(player.userId, player);
  socket.join(room);
  const { userId, symbol } = player;
  socket.emit("message", { userId, symbol, gridDimension: [width, height] });
  tellEveryone(socket, room);
  tellPosition(player);
  nsp.to(room).emit("users_connected", playersIn(room).size);
}

function depart(socket, player) {
  const { userId, room } = player;
  const players = playersIn(room);
  players.delete(userId);
  socket.leave(room);
  nsp.to(room).emit("user_position", { userId, remove: true });
  nsp.to(room).emit("users_connected", players.size);
  if (!players.size) rooms.delete(room);
}

function changeRoom(socket, player, room) {
  const origin = player.room;
  if (origin === room) {
    tellEveryone(socket, room);
  } else {
    depart(socket, player);
    nsp.to(origin).emit("l_users", playersIn(origin).size);
    enter(socket, player, room);
  }
  nsp.to(room).emit("l_users", playersIn(room).size);
}

nsp.on("connection", (socket) => {
  const player = { userId: socket.id, symbol: SYMBOLS[pick(SYMBOLS.length)] };
  enter(socket, player, LOBBY);

  socket.on("movement", (data) => {
    const direction = data?.direction; // ["up"] would do as a key, too
    if (typeof direction !== "string" || !Object.hasOwn(STEPS, direction)) return;
    const step = STEPS[direction];
    player.pos = [clamp(player.pos[0] + step[0], width), clamp(player.pos[1] + step[1], height)];
    tellPosition(player);
  });
  socket.on("join", (data) => {
    const room = data?.room;
    if (typeof room === "string" && room.length > 0 && room.length <= 32) {
      changeRoom(socket, player, room);
    }
  });
  socket.on("leave", () => changeRoom(socket, player, LOBBY));
  socket.on("message", () => socket.emit("message", { userId: player.userId }));
  socket.on("disconnect", () => depart(socket, player));
});

http.listen(Number(options.port), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${http.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
if (options["while-stdin-open"]) process.stdin.on("end", () => process.exit(0)).resume();
