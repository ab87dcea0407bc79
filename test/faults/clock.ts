const startedAt = performance.now()

/** Milliseconds since the suite began, by the one monotonic clock that all histories are told in. */
export function now(): number {
  return performance.now() - startedAt
}

/** The same for the time that a log line gives. */
export function fromWallClock(epochMs: number): number {
  return epochMs - performance.timeOrigin - startedAt
}
