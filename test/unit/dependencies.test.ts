import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Locked {
  version: string
  license?: string
  dev?: boolean
  devOptional?: boolean
  resolved?: string
  integrity?: string
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const locked = Object.entries<Locked>(JSON.parse(readFileSync('package-lock.json', 'utf8')).packages)
const installed = locked.filter(([path]) => path !== '')
const production = installed.filter(([, { dev, devOptional }]) => !dev && !devOptional)

/** That ask for no more than to be named. */
const PERMISSIVE = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0']

/** libvips of `sharp`: a shared library that is loaded as it is published, which is what the LGPL asks for. */
const isLinkedLibrary = (path: string) => path.startsWith('node_modules/@img/sharp-')

test('what runs in production is under a licence that asks for no more than to be named', () => {
  const others = production
    .filter(([, { license = 'none' }]) => !PERMISSIVE.includes(license))
    .filter(([path, { license }]) => !(isLinkedLibrary(path) && license?.includes('LGPL-3.0-or-later')))
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([])
})

test('every direct dependency has one version, and every package a hash of its content', () => {
  const ranges = Object.entries<string>({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(ranges.filter(([, range]) => !/^\d/.test(range))).toEqual([])
  const unproven = installed.filter(([, { resolved, integrity }]) => resolved !== undefined && !integrity)
  expect(unproven.map(([path]) => path)).toEqual([])
})
