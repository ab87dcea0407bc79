import { Counter, Gauge } from '../../shared/metrics.ts'

export const openSocketsGauge = new Gauge({
  name: 'chat_gateway_open_sockets',
  help: 'WebSocket connections open now',
})

export const framesCounter = new Counter({
  name: 'chat_gateway_frames_total',
  help: 'Frames taken in, by route',
  labelNames: ['route'] as const,
})

export const closedByServerCounter = new Counter({
  name: 'chat_gateway_closed_by_server_total',
  help: 'Sockets the gateway ended itself, by reason',
  labelNames: ['reason'] as const,
})
