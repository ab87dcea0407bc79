import type { LocalConfig, Ports } from './settings.ts'

/** Where people and pages on this machine find the stack. */
export interface Addresses {
  ingressUrl: string
  gatewayUrl: string
  /** Undefined where the demo is off. */
  demoUrl: string | undefined
}

export function addressesOf(config: LocalConfig, ports: Ports): Addresses {
  const host = reachableHost(config) === '127.0.0.1' ? 'localhost' : config.LOCAL_HOST
  return {
    ingressUrl: `http://${host}:${ports.LOCAL_INGRESS_PORT}`,
    gatewayUrl: `ws://${host}:${ports.LOCAL_GATEWAY_PORT}`,
    demoUrl: config.LOCAL_DEMO === 'on' ? `http://${host}:${ports.LOCAL_DEMO_PORT}/` : undefined,
  }
}

export function reachableHost({ LOCAL_HOST }: LocalConfig): string {
  return LOCAL_HOST === '0.0.0.0' || LOCAL_HOST === '::' ? '127.0.0.1' : LOCAL_HOST
}

/** The origins of the demo page, which may call the REST API unless the shell says who may. */
export function demoOrigins(config: LocalConfig, ports: Ports): string[] {
  if (config.LOCAL_DEMO === 'off') return []
  const hosts = new Set(['localhost', '127.0.0.1', reachableHost(config)])
  return [...hosts].map(host => new URL(`http://${host}:${ports.LOCAL_DEMO_PORT}`).origin)
}
