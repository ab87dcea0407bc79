import { COMMANDS } from './commands.ts'
import { settingRows } from './help.ts'

const HEADING = `# Configuration

Every process reads its settings from environment variables. This page is made from the schemas by \`npm run docs\`;
\`growzone-chat <command> --help\` prints the same.

AWS clients read the SDK's own variables besides: \`AWS_REGION\`, credentials, \`AWS_ENDPOINT_URL\` and
\`AWS_ENDPOINT_URL_<SERVICE>\`. A \`DATABASE_URL\` without user and password takes them from \`PGUSER\` and \`PGPASSWORD\`.
`

/** The page \`docs/configuration.md\`: the settings of every command, from their schemas. */
export async function buildConfigurationPage(): Promise<string> {
  const sections = Object.entries(COMMANDS).map(async ([name, load]) => {
    const command = await load()
    const rows = settingRows(await command.settings()).map(
      ([variable, value, meaning]) => `| \`${variable}\` | ${value} | ${meaning?.replaceAll('|', '\\|')} |`,
    )
    return [
      '',
      `## ${name}`,
      '',
      command.summary,
      '',
      ...(rows.length === 0
        ? ['It reads the settings of the services.']
        : ['| variable | value | meaning |', '| --- | --- | --- |', ...rows]),
    ].join('\n')
  })
  return `${HEADING}${(await Promise.all(sections)).join('\n')}\n`
}
