import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { inject } from 'vitest'
import type { Deployment } from './deployments.ts'

export interface Resource {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has properties of its own
  Properties: any
  DependsOn?: string[]
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
}

export interface RawTemplate {
  Resources: Record<string, Resource>
  Outputs: Record<string, { Value: unknown }>
}

export function readTemplate(deployment: Deployment): RawTemplate {
  return readAssembly(deployment, '.template.json') as RawTemplate
}

export function templateOf(deployment: Deployment): Template {
  return Template.fromJSON(readTemplate(deployment))
}

/** The one file of a stage's assembly whose name ends so. */
export function readAssembly(deployment: Deployment, ending: string): object {
  const folder = join(inject('assemblies'), deployment)
  const name = readdirSync(folder).find(file => file.endsWith(ending))
  if (name === undefined) throw new Error(`${folder} has no ${ending}`)
  return JSON.parse(readFileSync(join(folder, name), 'utf8'))
}

export function resourcesOf(deployment: Deployment, type: string): [id: string, resource: Resource][] {
  return Object.entries(readTemplate(deployment).Resources).filter(([, resource]) => resource.Type === type)
}

/** Those of a type in a part of the stack, as `Ingress` or `Ingress/Task`. */
export function resourcesIn(deployment: Deployment, type: string, path: string): Resource[] {
  const beginning = path.replaceAll('/', '')
  return resourcesOf(deployment, type).flatMap(([id, resource]) =>
    id.startsWith(beginning) ? [resource] : [],
  )
}

export function findResource(deployment: Deployment, type: string, path: string): Resource {
  const [first, ...others] = resourcesIn(deployment, type, path)
  if (first === undefined || others.length > 0) throw new Error(`not one ${type} in ${path}`)
  return first
}
