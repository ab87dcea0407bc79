/**
 * Takes in: the environment, once per Lambda instance.
 * Guarantees: the same handler as in the gateway's own server; it reaches the registry of sockets alone.
 * Gives out: the handler of `$disconnect`.
 */
import { disconnectWith } from '../disconnect.ts'
import { createRegistryDeps } from './registry-deps.ts'

export const handler = disconnectWith(createRegistryDeps(process.env))
