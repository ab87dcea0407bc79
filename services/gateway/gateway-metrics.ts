import { Counter, countersBy, Gauge } from '../../shared/metrics.ts'

export const openSocketsGauge = new Gauge({
  name: 'chat_gateway_open_sockets',
  help: 'WebSocket connections open now',
})

const frames = new Counter({
  name: 'chat_gateway_frames_total',
  help: 'Frames taken in, by route',
  labelNames: ['route'] as const,
})
export const framesCounter = countersBy(frames, 'route')

const refusedFrames = new Counter({
  name: 'chat_gateway_refused_frames_total',
  help: 'Frames answered with an error, by the status of its problem',
  labelNames: ['status'] as const,
})
export const refusedFramesCounter = countersBy(refusedFrames, 'status')

export const closedByServerCounter = new Counter({
  name: 'chat_gateway_closed_by_server_total',
  help: 'Sockets the gateway ended itself, by reason',
  labelNames: ['reason'] as const,
})
