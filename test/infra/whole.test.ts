import { expect, test } from 'vitest'
import { DEPLOYMENTS, type Deployment } from './deployments.ts'
import { spell } from './spell.ts'
import { type RawTemplate, readAssembly, readTemplate } from './template.ts'

const ALL = Object.keys(DEPLOYMENTS) as Deployment[]

test.each(['dev', 'prod'] as const)('the template of %s is the one that was reviewed', async deployment => {
  const template = readTemplate(deployment)
  for (const { Properties } of Object.values(template.Resources)) delete Properties?.Tags
  // Names of assets follow from the code of the handlers.
  const text = JSON.stringify(spell(template), null, 2).replaceAll(/\b[0-9a-f]{64}\b/g, 'ASSET')
  await expect(`${text}\n`).toMatchFileSnapshot(`templates/${deployment}.json`)
})

test.each(ALL)('no secret, token or key stands in the template of %s', deployment => {
  const template = readTemplate(deployment)
  const text = JSON.stringify(template)
  // A dynamic reference would put a secret into the settings of what it is resolved for.
  expect(text).not.toContain('{{resolve:')
  expect(text).not.toMatch(/eyJ[\w-]{10,}\.|AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY/)
  for (const [name, value] of namedValues(template))
    if (/secret|password|token/i.test(name))
      expect([name, typeof value === 'string' ? value : '']).toEqual([
        name,
        expect.stringMatching(/^(arn:aws:secretsmanager:.*)?$/),
      ])
})

test.each(ALL)('every tag names the application and the stage in %s', deployment => {
  const { Resources } = readTemplate(deployment)
  const queues = Object.values(Resources).filter(({ Type }) => Type === 'AWS::SQS::Queue')
  for (const { Properties } of queues)
    expect(Properties.Tags).toEqual([
      { Key: 'application', Value: 'growzone-chat' },
      { Key: 'stage', Value: DEPLOYMENTS[deployment].stage },
    ])
})

test.each(ALL)('nothing in %s waits for itself', deployment => {
  const { Resources } = readTemplate(deployment)
  const needs = new Map(
    Object.entries(Resources).map(([id, resource]) => [
      id,
      [...referencesIn(resource), ...(resource.DependsOn ?? [])].filter(target => target in Resources),
    ]),
  )
  const done = new Set<string>()
  const findCircle = (id: string, path: string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id]
    if (done.has(id)) return undefined
    const circle = needs
      .get(id)
      ?.map(next => findCircle(next, [...path, id]))
      .find(found => found)
    done.add(id)
    return circle
  }
  expect([...needs.keys()].map(id => findCircle(id, [])).find(circle => circle)).toBeUndefined()
})

test.each(ALL)('%s stays far below the 500 resources of a stack', deployment => {
  expect(Object.keys(readTemplate(deployment).Resources).length).toBeLessThan(300)
})

test('production is protected from deletion', () => {
  const isProtected = (deployment: Deployment) =>
    JSON.stringify(readAssembly(deployment, 'manifest.json')).includes('"terminationProtection":true')
  expect(ALL.map(isProtected)).toEqual([false, true, true])
})

/** Settings of tasks and functions, and properties whose value is a text. */
function namedValues({ Resources }: RawTemplate): [name: string, value: unknown][] {
  return Object.values(Resources).flatMap(({ Type, Properties }): [string, unknown][] => {
    if (Type === 'AWS::Lambda::Function') return Object.entries(Properties.Environment.Variables)
    if (Type !== 'AWS::ECS::TaskDefinition') return Object.entries(Properties ?? {})
    return Properties.ContainerDefinitions.flatMap(
      (container: { Environment: { Name: string; Value: unknown }[] }) =>
        container.Environment.map(({ Name, Value }) => [Name, Value]),
    )
  })
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [inner as string]
    if (key === 'Fn::GetAtt') return [(inner as string[])[0] as string]
    return referencesIn(inner)
  })
}
