// What stands for `node:http` in bundles: importing it makes a namespace of all that it exports, for which Node.js loads
// its client of fetch() and WebSocket, 45 ms of a processor that nobody needs. script/build says so to esbuild.
export const { Agent, STATUS_CODES, createServer, get, request } = process.getBuiltinModule('node:http')
