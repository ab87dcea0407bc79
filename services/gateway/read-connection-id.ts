const CONNECTION_PATH = /^(?:\/[^/]+)?\/(?:@|%40)connections\/([^/]+)$/

/** Undefined for a path that is no connection's. Ids end in `=`, which clients may send encoded. */
export function readConnectionId(url: string): string | undefined {
  const encoded = url.split('?')[0]?.match(CONNECTION_PATH)?.[1]
  try {
    return encoded && decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
