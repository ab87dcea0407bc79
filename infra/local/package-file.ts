import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Imports a file that a package does not export. Only for packages whose version is pinned exactly. */
export async function importPackageFile<Module>(packageName: string, path: string): Promise<Module> {
  const manifest = findPackageJSON(packageName, import.meta.url)
  if (manifest === undefined) throw new Error(`package ${packageName} is not installed; run npm ci`)
  return import(pathToFileURL(join(dirname(manifest), path)).href)
}
