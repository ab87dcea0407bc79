import * as z from 'zod'
import { stageSettings } from '../aws/stages.ts'
import { COMMANDS } from './commands.ts'
import { settingRows } from './help.ts'

const HEADING = `# Configuration

Every process reads its settings from environment variables. This page is made from the schemas by \`npm run docs\`;
\`growzone-chat <command> --help\` prints the same.

AWS clients read the SDK's own variables besides: \`AWS_REGION\`, credentials, \`AWS_ENDPOINT_URL\` and
\`AWS_ENDPOINT_URL_<SERVICE>\`. A \`DATABASE_URL\` without user and password takes them from \`PGUSER\` and \`PGPASSWORD\`.
`

const STAGES = `Of a stage on AWS, which the CDK app in \`infra/aws\` makes ([deploy](deploy.md)): \`-c name=value\`, or the object of the stage's
name in \`cdk.context.json\`; \`-c stage=\` is \`dev\` (default) or \`prod\`. It gives the services what stands above.`

/** The page `docs/configuration.md`: the settings of every command and of a stage on AWS, from their schemas. */
export async function buildConfigurationPage(): Promise<string> {
  const commands = Object.entries(COMMANDS).map(async ([name, load]) => {
    const command = await load()
    return section(name, command.summary, await command.settings(), 'variable')
  })
  const stages = section('stages', STAGES, z.object(stageSettings), 'setting')
  return `${HEADING}${[...(await Promise.all(commands)), stages].join('\n')}\n`
}

function section(title: string, summary: string, settings: z.ZodObject, kind: string): string {
  const rows = settingRows(settings).map(
    ([name, value, meaning]) => `| \`${name}\` | ${value} | ${meaning?.replaceAll('|', '\\|')} |`,
  )
  const table = [`| ${kind} | value | meaning |`, '| --- | --- | --- |', ...rows]
  return [
    '',
    `## ${title}`,
    '',
    summary,
    '',
    ...(rows.length === 0 ? ['It reads the settings of the services.'] : table),
  ].join('\n')
}
