// The health check of a container: ends with 0 when the address answers 200. Without a shell, curl or dependencies.
const [url] = process.argv.slice(2)
const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(error => error)
if (answer.status !== 200) {
  const problem = answer instanceof Error ? (answer.cause?.code ?? answer.message) : await answer.text()
  process.stderr.write(`${url}: ${problem}\n`)
  process.exit(1)
}
