/** What ends processes. */
export const KILLS = [
  'kill',
  'kill-several',
  'kill-starting',
  'rolling-restart',
  'postgres-restart',
  'postgres-kill',
  'aws-kill',
  'machine',
] as const

/** What happens on the wires between processes that live. */
export const DISTURBANCES = [
  'queue-throttle',
  'queue-unavailable',
  'queue-drop-before',
  'queue-drop-after',
  'queue-delay',
  'short-visibility',
  'push-gone',
  'push-throttle',
  'push-error',
  'push-slow',
  'table-throttle',
  'table-away',
  'database-drop',
  'database-drop-at-commit',
  'database-pause',
  'database-away',
  'socket-cut',
] as const

/** All the time: some commands and events come twice, the second time later. */
export const CONTINUOUS = ['duplicate'] as const

export const FAULT_NAMES = [...KILLS, ...DISTURBANCES, ...CONTINUOUS]

export type Kill = (typeof KILLS)[number]
export type Disturbance = (typeof DISTURBANCES)[number]
export type FaultName = (typeof FAULT_NAMES)[number]
