/** Keep-alive connections over which all senders of one load process post. */
export const HTTP_CONNECTIONS = 256

/** Pipes, files and the like that a process holds besides. */
const SPARE = 64

/** File descriptors that the busiest process holds: the load, whose sockets also stand in gateway or server. */
export function socketsNeeded(pairs: number, senderSockets: boolean): number {
  return pairs * (senderSockets ? 2 : 1) + HTTP_CONNECTIONS + SPARE
}
