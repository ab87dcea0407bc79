import { expect, test } from 'vitest'
import { buildFigures } from '../bench/figures/figures.ts'
import { spreadOf, summarise } from '../bench/figures/percentiles.ts'
import { parseMachineTicks, parseTicks } from '../bench/figures/process-usage.ts'
import { parseCounters } from '../bench/figures/read-counters.ts'

test('percentiles are values that were measured, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(spreadOf(hundred)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 })
  expect(spreadOf([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 })
  expect(spreadOf([9, 10, 1])).toMatchObject({ p50: 9, max: 10 })
  expect(spreadOf([])).toBeUndefined()
})

test('rounds are summed up by their median and range', () => {
  expect(summarise([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 })
  expect(summarise([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 })
  expect(summarise([5])).toEqual({ median: 5, min: 5, max: 5 })
})

test('CPU of a process is found whatever its name holds, and that of its ended children apart', () => {
  const fields = ['S', ...Array(10).fill('0'), '120', '30', '7', '3', '20', '0', '11']
  expect(parseTicks(`42 (evil) name 1 2) ${fields.join(' ')}`)).toEqual({ own: 150, endedChildren: 10 })
})

test('CPU of the machine is what was used, apart from what was stolen', () => {
  expect(parseMachineTicks('cpu  10 2 5 1000 50 1 3 7 0 0\ncpu0 1 1 1 1')).toEqual({ busy: 210, stolen: 70 })
})

test('counters of several processes add up, whatever labels stand beside the operation', () => {
  const text = `# HELP chat_aws_requests_total Requests
chat_aws_requests_total{operation="SendMessageBatch"} 12
chat_aws_requests_total{lane="lean",operation="Publish"} 5
chat_sql_statements_total 40
chat_aws_requests_total{operation="SendMessageBatch"} 3
chat_sql_statements_total 2
chat_sql_statements_total_other 9`
  expect(parseCounters(text)).toEqual({
    awsRequests: { SendMessageBatch: 15, Publish: 5 },
    sqlStatements: 42,
  })
})

test('what a measurement took is told per message that was pushed in its window', () => {
  const spread = { p50: 1, p95: 2, p99: 3, max: 4 }
  const result = {
    ...{ seconds: 2, pushed: 100, acceptMs: spread, pushMs: spread, lateMs: undefined, failed: 0 },
    ...{ lost: 0, doubled: 0, outOfOrder: 0, behind: false },
  }
  const before = {
    machineCpuMs: { busy: 0, stolen: 0 },
    cpuMs: { ingress: 1_000, delivery: 0, emulators: 500, postgres: 200 },
    memoryMb: {},
    ...{ awsRequests: { Publish: 10 }, sqlStatements: 0, commits: 0, walBytes: 0 },
  }
  const after = {
    machineCpuMs: { busy: 160, stolen: 0 },
    cpuMs: { ingress: 1_020, delivery: 30, emulators: 600, postgres: 210 },
    memoryMb: { ingress: 80 },
    ...{
      awsRequests: { Publish: 60, PostToConnection: 100 },
      sqlStatements: 20,
      commits: 5,
      walBytes: 40_000,
    },
  }
  expect(buildFigures(result, before, after)).toMatchObject({
    messagesPerSecond: 50,
    'pushMs.p99': 3,
    'cpu.ingress': 0.2,
    'cpu.ours': 0.5,
    'cpu.oursAndPostgres': 0.6,
    'cpu.emulators': 1,
    'memoryMb.ingress': 80,
    'calls.Publish': 0.5,
    'calls.PostToConnection': 1,
    'calls.all': 1.5,
    statements: 0.2,
    commits: 0.05,
    walBytes: 400,
    'machine.elsewhere': 0,
  })
  expect(buildFigures({ ...result, behind: true, lost: 2 }, before, after)).toEqual({
    ...{ failed: 0, lost: 2, doubled: 0, outOfOrder: 0, behind: 1 },
  })
})
