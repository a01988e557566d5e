// A player as the 2017 demo's page had it: the JavaScript socket.io-client and the demo's events.
//
//   node player.mjs URL [--transport polling|websocket|upgrade] [--auth JSON] [--moves up,up,left]
//
// Prints one JSON line, {"event": ..., "args": [...]}, for each event that it receives, and for
// what happens to the connection: connect and upgrade (the transport's name), disconnect (the
// reason), connect_error (message and data), ack (the acknowledged command's id, then the
// acknowledgement's arguments). The moves go out at once when grid_status says that the game is
// on. Reads commands from standard input, a JSON line each: {"emit": [event, ...args]},
// {"emit_ack": [event, ...args], "id": n} and {"close": true}; the end of input closes, too.
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
  },
});
const transports = TRANSPORTS[values.transport];
if (positionals.length !== 1 || !transports) {
  console.error("usage: player.mjs URL [--transport polling|websocket|upgrade] [--auth JSON]");
  process.exit(2);
}

function print(event, ...args) {
  process.stdout.write(JSON.stringify({ event, args }) + "\n");
}

const socket = io(new URL(NAMESPACE, positionals[0]).href, {
  transports,
  auth: values.auth === undefined ? undefined : JSON.parse(values.auth),
  // A connection that comes back by itself would hide from the tests that it was lost.
  reconnection: false,
});

socket.io.on("open", () => {
  const engine = socket.io.engine;
  engine.on("upgrade", (transport) => print("upgrade", transport.name));
  engine.on("close", () => {
    // A poll may be under way still, and node would wait for its answer as no page does: leave
    // when the close packet is out.
    if (engine.transport.name === "polling") {
      engine.transport.once("drain", () => process.exit());
    }
  });
});
socket.on("connect", () => print("connect", socket.io.engine.transport.name));
socket.on("connect_error", (error) => {
  print("connect_error", error.message, error.data ?? null);
  process.exitCode = 1;
  finish();
});
socket.on("disconnect", (reason) => {
  print("disconnect", reason);
  finish();
});
socket.onAny(print);

socket.once("grid_status", () => {
  for (const direction of values.moves.split(",").filter(Boolean)) {
    socket.emit("movement", { direction });
  }
});

const commands = createInterface({ input: process.stdin });
commands.on("line", (line) => {
  const command = JSON.parse(line);
  if (command.emit) {
    socket.emit(...command.emit);
  } else if (command.emit_ack) {
    socket.emit(...command.emit_ack, (...args) => print("ack", command.id ?? null, ...args));
  } else if (command.close) {
    socket.disconnect();
  }
});
commands.on("close", () => socket.disconnect());

// Without standard input and a connection nothing keeps node alive: it ends by itself.
function finish() {
  commands.close();
  process.stdin.destroy();
  socket.disconnect();
}
