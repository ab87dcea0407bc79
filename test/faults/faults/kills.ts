import { sleep } from '../../../shared/lifecycle.ts'
import type { Kill } from '../fault-names.ts'
import type { Random } from '../random.ts'
import type { Fault, World } from './world.ts'

const ROLLING_READY_PATIENCE_MS = 15_000

export const kills: Record<Kill, Fault> = {
  async kill({ stack }, random) {
    random.pick(stack.services).kill('SIGKILL')
  },

  async 'kill-several'({ stack }, random) {
    for (const service of random.shuffle(stack.services).slice(0, random.int(2, 4))) service.kill('SIGKILL')
  },

  /** Again and again before it can have done anything. */
  async 'kill-starting'({ stack }, random) {
    const service = random.pick(stack.services)
    service.kill('SIGKILL')
    for (let again = random.int(1, 2); again > 0; again--) {
      await service.started()
      await sleep(random.int(20, 900))
      service.kill('SIGKILL')
    }
  },

  /** As a deployment does: each is asked to end, and the next only when it is back. */
  async 'rolling-restart'({ stack }, random) {
    for (const service of random.shuffle(stack.services)) {
      const restarted = service.started()
      service.kill('SIGTERM')
      await Promise.race([restarted.then(() => service.waitUntilReady()), sleep(ROLLING_READY_PATIENCE_MS)])
    }
  },

  async 'postgres-restart'({ stack }, random) {
    await stack.postgres.end('SIGINT')
    await sleep(random.int(0, 1_000))
    await stack.postgres.start()
  },

  async 'postgres-kill'({ stack }, random) {
    await stack.postgres.end('SIGKILL')
    await sleep(random.int(0, 500))
    await stack.postgres.start()
  },

  async 'aws-kill'({ stack }, random) {
    await stack.aws.end()
    await sleep(random.int(0, 500))
    await stack.aws.start()
  },

  machine: killMachine,
}

/** Everything but the phones. */
async function killMachine({ stack }: World, random: Random): Promise<void> {
  for (const service of stack.services) service.kill('SIGKILL')
  await Promise.all([stack.postgres.end('SIGKILL'), stack.aws.end()])
  for (const service of stack.services) service.kill('SIGKILL')
  await sleep(random.int(0, 500))
  await Promise.all([stack.postgres.start(), stack.aws.start()])
}
