import { tmpdir } from 'node:os'
import { checkDisk, checkNoStack, PreconditionError } from '../preconditions.ts'
import { formatTable } from '../report/format-table.ts'
import { runCommand } from '../run-command.ts'
import { HELP, readOptions } from './options.ts'
import { type Cost, runTelemetry } from './run-telemetry.ts'
import { timeReport } from './time-report.ts'

/** `npm run bench:telemetry`. */
await runCommand({
  ...{ name: 'bench:telemetry', help: HELP, readOptions },
  async run(options, folder, signal, say) {
    if (process.platform !== 'linux')
      throw new PreconditionError('needs Linux: CPU of the processes is read from /proc')
    checkNoStack()
    await checkDisk(tmpdir())
    const { cpuMs, bytes } = await timeReport()
    for (const line of tellCosts(await runTelemetry(options, folder, signal, say))) say(line)
    say(`metrics for CloudWatch: ${cpuMs.toFixed(2)} ms of CPU and ${bytes} bytes a minute and process`)
    return 0
  },
})

function tellCosts(costs: Cost[]): string[] {
  const rows = costs.map(({ name, cpuMs, ratio: { median, min, max } }) => [
    ...[name, cpuMs.toFixed(3), median.toFixed(2), `${min.toFixed(2)} – ${max.toFixed(2)}`],
  ])
  return formatTable([['', 'CPU of the services, ms/message', '× plain, median', 'range'], ...rows], 1)
}
