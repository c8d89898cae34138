/**
 * `odograph profile import --from dbc|obdb|wican FILE`: prints the profile as YAML, and on the
 * error output what could not be converted. The result has no evidence yet: that is for whoever has
 * the vehicle.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { profileYaml } from '../config/profile-yaml.ts'
import { dbcText, parseDbc } from '../decoder/dbc/parse.ts'
import type { ImportResult, ProfileAbout } from '../decoder/profile/import.ts'
import { importDbc } from '../decoder/profile/import-dbc.ts'
import { importObdb } from '../decoder/profile/import-obdb.ts'
import { importWican } from '../decoder/profile/import-wican.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import { type CommandIo, parseCommand } from './command.ts'

interface Choices {
  about: ProfileAbout
  year: number | undefined
  car: string | undefined
}

type Importer = (bytes: Uint8Array, file: string, choices: Choices) => ImportResult

const importers: Readonly<Record<string, Importer>> = {
  dbc: fromDbc,
  obdb: (bytes, file, { about, year }) => importObdb(jsonOf(bytes, file), { ...about, year }),
  wican: (bytes, file, { about, car }) => importWican(jsonOf(bytes, file), { ...about, car }),
}

/** 1 where nothing could be converted. */
export function importProfile(args: string[], io: CommandIo): number {
  const { values, positionals } = parseCommand(
    args,
    {
      from: { type: 'string' },
      output: { type: 'string', short: 'o' },
      id: { type: 'string' },
      make: { type: 'string' },
      model: { type: 'string' },
      year: { type: 'string' },
      car: { type: 'string' },
    },
    ['FILE'],
  )
  const file = positionals[0] as string
  const from = values.from ?? ''
  const importer = Object.hasOwn(importers, from) ? importers[from] : undefined
  if (importer === undefined) {
    const known = Object.keys(importers).join(', ')
    throw new OdographError('usage', `--from ${from}`.trim(), `use one of ${known}`)
  }
  const about = aboutOf(values, file, from)
  const year = values.year === undefined ? undefined : yearOf(values.year)
  const { profile, problems } = importer(bytesOf(file), file, { about, year, car: values.car })
  for (const { at, text } of problems) io.stderr.write(`${at}: ${text}\n`)
  if (profile.passive.length + profile.polled.length === 0) {
    io.stderr.write(`${file}: nothing could be converted\n`)
    return 1
  }
  const text = profileYaml(profile)
  if (values.output === undefined) io.stdout.write(text)
  else write(values.output, text)
  return 0
}

interface Names {
  id?: string | undefined
  make?: string | undefined
  model?: string | undefined
}

function aboutOf(names: Names, file: string, from: string): ProfileAbout {
  const { make = 'unknown', model = 'unknown' } = names
  const stem = basename(file, extname(file))
  const label = `${names.make ?? ''} ${names.model ?? ''}`.trim() || stem
  return {
    id: idFrom(names.id ?? label),
    label,
    applies: { make, models: [model] },
    sources: [`${from} file ${basename(file)}`],
  }
}

function idFrom(text: string): string {
  const id = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-|-$/g, '')
  return id === '' ? 'vehicle' : id
}

function yearOf(text: string): number {
  const year = Number(text)
  if (Number.isInteger(year) && year >= 1980 && year <= 2100) return year
  throw new OdographError('usage', `--year ${text}`, 'use a model year, as in 2020')
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new OdographError('file-unreadable', file, messageOf(error), error)
  }
}

function jsonOf(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw new OdographError('file-unrecognised', file, `is no JSON: ${messageOf(error)}`, error)
  }
}

function fromDbc(bytes: Uint8Array, file: string, { about }: Choices): ImportResult {
  const { dbc, problems } = parseDbc(dbcText(bytes))
  const result = importDbc(dbc, about)
  const places = problems.map(({ line, column, text }) => ({
    at: `${file}:${line}:${column}`,
    text,
  }))
  return { ...result, problems: [...places, ...result.problems] }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new OdographError('file-unwritable', file, messageOf(error), error)
  }
}
