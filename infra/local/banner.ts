import { DEMO_USERS } from '../../shared/database/add-demo-users.ts'
import { LOCAL_ENV_FILE } from './local-env-file.ts'

export interface BannerFacts {
  ingressUrl: string
  gatewayUrl: string
  demoUrl: string | undefined
  dataDir: string
  logDir: string
  /** Tokens of the first two demo users; none where tokens come from elsewhere. */
  tokens: [string, string] | undefined
}

/** What a newcomer needs next: addresses, tokens, and two commands to paste into a second terminal. */
export function buildBanner(facts: BannerFacts): string {
  const { ingressUrl, gatewayUrl, demoUrl, dataDir, logDir, tokens } = facts
  return [
    '',
    'Growzone Chat runs.',
    ...(demoUrl === undefined ? [] : [`  demo       ${demoUrl}   two phones side by side`]),
    `  REST       ${ingressUrl}/api/v1/chat`,
    `  WebSocket  ${gatewayUrl}?token=<token>`,
    `  data       ${dataDir}   logs ${logDir}`,
    `  settings   ${dataDir}/${LOCAL_ENV_FILE}  (for a worker by hand: node --env-file=…)`,
    '',
    ...(tokens === undefined ? TOKENS_FROM_ELSEWHERE : examples(ingressUrl, gatewayUrl, tokens)),
    'Ctrl-C stops everything; the data stays.',
    '',
    'ready',
  ].join('\n')
}

const TOKENS_FROM_ELSEWHERE = ['  Tokens come from the issuer behind JWKS_URL.', '']

function examples(ingressUrl: string, gatewayUrl: string, [alice, bob]: [string, string]): string[] {
  const [sender, recipient] = DEMO_USERS
  const socketUrl = `${gatewayUrl}/?token=${bob}`
  const listen = `const s = new WebSocket('${socketUrl}'); s.onopen = () => console.log('connected'); s.onmessage = e => console.log(e.data); s.onclose = e => console.log('closed', e.code)`
  const body = JSON.stringify({
    recipientId: recipient.id,
    contentType: 'text',
    textContent: `Hello ${recipient.name}!`,
  })
  return [
    `Token of ${sender.username} (user ${sender.id}):`,
    alice,
    `Token of ${recipient.username} (user ${recipient.id}):`,
    bob,
    '',
    `1. In a second terminal, listen as ${recipient.username} (or paste what is between the double quotes into a browser console):`,
    '',
    `./node_modules/.bin/node -e "${listen}"`,
    '',
    `2. In a third, send as ${sender.username}:`,
    '',
    `curl -i ${ingressUrl}/api/v1/chat/messages -H 'Authorization: Bearer ${alice}' -H 'Content-Type: application/json' -d '${body}'`,
    '',
  ]
}
