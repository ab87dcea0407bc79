import { html, raw } from 'hono/html'
import type { JsonSchema } from '../../shared/contract/json-forms.ts'

interface Message {
  name: string
  summary?: string
  payload: JsonSchema
  examples?: { payload: unknown }[]
}
interface AsyncApi {
  info: { title: string; description: string }
  channels: Record<string, { title: string; address: string; description: string }>
  operations: Record<string, { summary: string; channel: { $ref: string }; messages: { $ref: string }[] }>
  components: { messages: Record<string, Message>; schemas: Record<string, JsonSchema> }
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
summary { cursor: pointer; padding: .3rem 0 }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem }
pre { overflow-x: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem }
h2 { margin-top: 2.5rem }
`

/** The AsyncAPI document for people: channels, what goes over them, each with its example and schema. */
export function renderSocketPage(document: JsonSchema) {
  const { info, channels, operations, components } = document as unknown as AsyncApi
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}</title>
<link rel="icon" href="favicon-32x32.png">
<style>${raw(STYLE)}</style>
</head>
<body>
<h1>${info.title}</h1>
<p>${info.description} The document: <a href="../asyncapi.json">asyncapi.json</a>; the REST API: <a href="../docs">docs</a>.</p>
${Object.entries(channels).map(
  ([name, channel]) => html`<h2>${channel.title}</h2>
<p><code>${channel.address}</code></p>
<p>${prose(channel.description)}</p>
${Object.values(operations)
  .filter(({ channel }) => channel.$ref === `#/channels/${name}`)
  .map(
    ({ summary, messages }) => html`<h3>${summary}</h3>
${messages.map(({ $ref }) => renderMessage(components.messages[lastOf($ref)] as Message))}`,
  )}`,
)}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(
  ([name, schema]) =>
    html`<details id="${name}"><summary><code>${name}</code></summary>${code(schema)}</details>`,
)}
</body>
</html>
`
}

function renderMessage({ name, summary, payload, examples = [] }: Message) {
  return html`<details><summary><code>${name}</code> ${prose(summary ?? '')}</summary>
${examples.map(({ payload }) => html`<p>Example</p>${code(payload)}`)}
<p>Schema</p>${code(payload)}</details>
`
}

/** Text in which backticks set code apart. */
function prose(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))
}

function code(value: unknown) {
  return html`<pre tabindex="0">${JSON.stringify(value, null, 2)}</pre>`
}

function lastOf(pointer: string): string {
  return pointer.split('/').at(-1) as string
}
