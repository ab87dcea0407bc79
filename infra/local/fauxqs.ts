import type { DatabaseSync } from 'node:sqlite'
import { buildApp } from 'fauxqs'
import { importPackageFile } from './package-file.ts'
import { receiveWholeGroups } from './receive-whole-groups.ts'
import { tagObjects } from './tag-objects.ts'

/** What of fauxqs 2.4.1 is used beyond its exports; `startFauxqs` itself listens on every address. */
interface Queue {
  name: string
  url: string
  persistence?: Persistence
}
interface QueueStore {
  host: string
  queues: Map<string, Queue>
  persistence?: Persistence
}
interface OtherStore {
  persistence?: Persistence
}
interface Persistence {
  db: DatabaseSync
  load(queues: QueueStore, topics: OtherStore, buckets: OtherStore): void
  updateMessageReady(messageId: string): void
  close(): void
}

/** SQS, SNS and S3 on one port. With `dataDir` they survive a kill; without it they live in memory. */
export async function startFauxqs({ dataDir, host, port }: { dataDir?: string; host: string; port: number }) {
  await receiveWholeGroups()
  const { sqsStore, snsStore, s3Store } = await createStores()
  const persistence = dataDir === undefined ? undefined : await openPersistence(dataDir)
  if (persistence) {
    persistence.load(sqsStore, snsStore, s3Store)
    for (const store of [sqsStore, snsStore, s3Store, ...sqsStore.queues.values()])
      store.persistence = persistence
  }
  const stores = { sqsStore, snsStore, s3Store } as unknown as Stores
  const app = buildApp({ logger: false, stores })
  tagObjects(app)
  await app.listen({ host, port })
  const { port: boundPort } = app.server.address() as { port: number }
  const endpointUrl = `http://${host}:${boundPort}`
  moveQueues(sqsStore, endpointUrl)
  return {
    endpointUrl,
    server: app.server,
    async [Symbol.asyncDispose]() {
      await app.close()
      persistence?.close()
    },
  }
}
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>

async function createStores() {
  type Constructor<T> = new () => T
  const [{ SqsStore }, { SnsStore }, { S3Store }] = await Promise.all([
    importPackageFile<{ SqsStore: Constructor<QueueStore> }>('fauxqs', 'dist/sqs/sqsStore.js'),
    importPackageFile<{ SnsStore: Constructor<OtherStore> }>('fauxqs', 'dist/sns/snsStore.js'),
    importPackageFile<{ S3Store: Constructor<OtherStore> }>('fauxqs', 'dist/s3/s3Store.js'),
  ])
  const sqsStore = new SqsStore()
  // Without a host of its own the store builds queue URLs from the request's Host, which resolves everywhere.
  sqsStore.host = ''
  return { sqsStore, snsStore: new SnsStore(), s3Store: new S3Store() }
}

async function openPersistence(dataDir: string): Promise<Persistence> {
  const { PersistenceManager } = await importPackageFile<{
    PersistenceManager: new (dataDir: string) => Persistence
  }>('fauxqs', 'dist/persistence.js')
  const persistence = new PersistenceManager(dataDir)
  // A write-ahead log without a sync per statement survives a kill of the process, which is what is asked here.
  persistence.db.exec('PRAGMA synchronous = NORMAL')
  // The original also sets approximate_receive_count to NULL, which its schema forbids: a message released by
  // ChangeMessageVisibility(0) would be lost from memory and its group locked until the next start.
  const release = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  )
  persistence.updateMessageReady = messageId => void release.run(messageId)
  return persistence
}

/** Stored queues keep the URL of the port they were made on; the port of today may be another. */
function moveQueues(store: QueueStore, endpointUrl: string): void {
  const queues = [...store.queues.values()]
  store.queues.clear()
  for (const queue of queues) {
    queue.url = endpointUrl + new URL(queue.url).pathname
    store.queues.set(queue.url, queue)
  }
}
