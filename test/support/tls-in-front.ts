import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { createSelfSignedCertificate } from './self-signed-certificate.ts'

/** Length 8 and the code 80877103, by which a client of PostgreSQL asks for TLS. */
const SSL_REQUEST_BYTES = 8

export interface TlsInFront extends AsyncDisposable {
  port: number
  /** PEM of the certificate that it shows, for the host `localhost`. */
  cert: string
}

/** Speaks TLS as PostgreSQL does, with a certificate of its own, and passes on what it hears to a PostgreSQL without. */
export async function startTlsInFront(upstream: { host: string; port: number }): Promise<TlsInFront> {
  const { key, cert } = createSelfSignedCertificate('localhost')
  const open = new Set<Socket>()
  const listener = createServer(client => {
    open.add(client)
    client.on('error', () => {}).on('close', () => open.delete(client))
    client.once('readable', () => {
      client.read(SSL_REQUEST_BYTES)
      client.write('S')
      const secure = new TLSSocket(client, { isServer: true, key, cert })
      const server = connect(upstream)
      secure.on('error', () => server.destroy()).pipe(server)
      server.on('error', () => secure.destroy()).pipe(secure)
    })
  })
  await new Promise<void>(resolve => listener.listen(0, 'localhost', resolve))
  return {
    port: (listener.address() as AddressInfo).port,
    cert,
    async [Symbol.asyncDispose]() {
      for (const client of open) client.destroy()
      await new Promise(resolve => listener.close(resolve))
    },
  }
}
