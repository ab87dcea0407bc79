import type { Command } from '../command.ts'

/** The four processes of the chat. Each loads only its own service. */
export const ingress: Command = {
  summary: 'Serves the REST API: accepts what clients send and answers what they read.',
  settings: async () => (await import('../../../services/ingress/config.ts')).ingressConfig,
  run: async ({ env }) => (await import('../../../services/ingress/main.ts')).main(env),
}

export const gateway: Command = {
  summary: "Serves WebSockets by API Gateway's protocol, where there is no API Gateway.",
  settings: async () => (await import('../../../services/gateway/config.ts')).gatewayConfig,
  run: async ({ env }) => (await import('../../../services/gateway/main.ts')).main(env),
}

export const persister: Command = {
  summary: 'Stores what was accepted and announces what was stored.',
  settings: async () => (await import('../../../services/persister/config.ts')).persisterConfig,
  run: async ({ env }) => (await import('../../../services/persister/main.ts')).main(env),
}

export const delivery: Command = {
  summary: 'Pushes what was announced to the sockets of those concerned.',
  settings: async () => (await import('../../../services/delivery/config.ts')).deliveryConfig,
  run: async ({ env }) => (await import('../../../services/delivery/main.ts')).main(env),
}
