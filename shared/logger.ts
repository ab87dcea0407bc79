import pino from 'pino'

export type Logger = pino.Logger

/** JSON logs on standard output. Texts, media URLs and tokens are never given to it; the paths are a second guard. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        'token',
        'ticket',
        'authorization',
        'textContent',
        'mediaUrl',
        'mediaThumbnailUrl',
        '*.token',
        '*.ticket',
        '*.authorization',
        '*.textContent',
        '*.mediaUrl',
        '*.mediaThumbnailUrl',
      ],
      censor: '[redacted]',
    },
  })
}
