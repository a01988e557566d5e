// A player as the 2017 demo's page had it: the JavaScript socket.io-client and the demo's events.
//
//   node player.mjs URL [--transport polling|websocket|upgrade] [--auth JSON] [--moves up,up,left]
//   node player.mjs --many
//
// Prints one JSON line, {"event": ..., "args": [...]}, for each event that it receives, and for
// what happens to the connection: connect and upgrade (the transport's name), disconnect (the
// reason), connect_error (message and data), ack (the acknowledged command's id, then the
// acknowledgement's arguments). The moves go out at once when grid_status says that the game is
// on. Reads commands from standard input, a JSON line each: {"emit": [event, ...args]},
// {"emit_ack": [event, ...args], "id": n} and {"close": true}; the end of input closes, too.
//
// With --many it plays whoever it is told of, each with connections of its own, as tabs of one
// browser do: {"player": n, "open": {"url", "transport", "moves"}}. Every line, in and out, has
// the player's number then, and {"player": n, "gone": true} says that all of a player is out.
// Not here: what a test expects of these lines, see tests/js_client.py.

import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { io } from "socket.io-client";

const NAMESPACE = "/grid-game";
const TRANSPORTS = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    transport: { type: "string", default: "upgrade" },
    auth: { type: "string" },
    moves: { type: "string", default: "" },
    many: { type: "boolean", default: false },
  },
});
if (positionals.length !== (values.many ? 0 : 1) || !TRANSPORTS[values.transport]) {
  console.error("usage: player.mjs URL [--transport polling|websocket|upgrade] [--auth JSON]");
  process.exit(2);
}

function write(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

// Connects, and calls print(event, ...args) for what comes; over(socket) when the game has ended or
// did not come about; out(transport's name) when the connection has nothing to send any more, which
// is later where an upgrade is under way. Returns what takes commands.
function play({ url, transport, auth, moves }, print, out, over) {
  const socket = io(new URL(NAMESPACE, url).href, {
    transports: TRANSPORTS[transport],
    auth,
    // A connection that comes back by itself would hide from the tests that it was lost.
    reconnection: false,
    // Two players of one page would share a connection otherwise.
    forceNew: true,
  });
  socket.io.on("open", () => {
    const engine = socket.io.engine;
    engine.on("upgrade", (transport) => print("upgrade", transport.name));
    engine.on("close", () => {
      // A poll may be under way still, and node would wait for its answer as no page does: it is
      // over when the close packet is out.
      if (engine.transport.name === "polling") {
        engine.transport.once("drain", () => out("polling"));
      } else {
        out("websocket");
      }
    });
  });
  socket.on("connect", () => print("connect", socket.io.engine.transport.name));
  socket.on("connect_error", (error) => {
    print("connect_error", error.message, error.data ?? null);
    process.exitCode = 1;
    over(socket);
  });
  socket.on("disconnect", (reason) => {
    print("disconnect", reason);
    over(socket);
  });
  socket.onAny(print);
  socket.once("grid_status", () => {
    for (const direction of moves.split(",").filter(Boolean)) {
      socket.emit("movement", { direction });
    }
  });
  return (command) => {
    if (command.emit) {
      socket.emit(...command.emit);
    } else if (command.emit_ack) {
      socket.emit(...command.emit_ack, (...args) => print("ack", command.id ?? null, ...args));
    } else if (command.close) {
      socket.disconnect();
    }
  };
}

const commands = createInterface({ input: process.stdin });
if (values.many) {
  const players = new Map();
  commands.on("line", (line) => {
    const { player, open, ...command } = JSON.parse(line);
    if (open) {
      const print = (event, ...args) => write({ player, event, args });
      const gone = () => write({ player, gone: true });
      players.set(player, play(open, print, gone, () => {}));
    } else {
      players.get(player)(command);
    }
  });
  commands.on("close", () => process.exit());
} else {
  const auth = values.auth === undefined ? undefined : JSON.parse(values.auth);
  const { transport, moves } = values;
  const told = { url: positionals[0], transport, auth, moves };
  // Without standard input and a connection nothing keeps node alive: it ends by itself.
  const over = (socket) => {
    commands.close();
    process.stdin.destroy();
    socket.disconnect();
  };
  const print = (event, ...args) => write({ event, args });
  const out = (transport) => {
    if (transport === "polling") process.exit();
  };
  const command = play(told, print, out, over);
  commands.on("line", (line) => command(JSON.parse(line)));
  commands.on("close", () => command({ close: true }));
}
