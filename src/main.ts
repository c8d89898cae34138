#!/usr/bin/env node
/** The `odograph` command: picks the subcommand, and turns errors into one line and an exit code. */
import { readFileSync } from 'node:fs'
import type { Command, CommandIo } from './cli/command.ts'
import { messageOf, OdographError } from './model/errors.ts'

interface Entry {
  summary: string
  usage: string
  /** Further lines of `--help`. */
  details?: string
  load: () => Promise<Command>
}

const commands: Record<string, Entry> = {
  run: {
    summary: 'run the gateway',
    usage: '[--config FILE] [--data DIR] [--listen HOST:PORT] [--mqtt-listen HOST:PORT] [--demo]',
    load: async () => (await import('./cli/run.ts')).run,
  },
  replay: {
    summary: 'fill a store from a recording',
    usage: 'FILE [--data DIR] [--config FILE] [--vehicle ID] [--profile NAME|FILE] [--speed N|max]',
    load: async () => (await import('./cli/replay.ts')).replay,
  },
  decode: {
    summary: 'print what a recording says, line by line or as a table',
    usage:
      'FILE [--what KIND] [--dbc FILE] [--profile NAME|FILE] [--format jsonl|csv|table] [--watch [--speed N|max]] [FILTER …]',
    details: `KIND    readings, spn, tp, dm1, dm, address_claim, requests, ack, isotp, obd, dtc, did,
        activity (driving, idling, charging, parked), profile (with --profile), dbc, uds_dbc
        (with --dbc)
FILTER  --pgn, --spn, --source N,…   --pid, --id HEX,…   --signal, --bus NAME,…
        --from, --until TIME (seconds as in "ts", or 2026-03-01T08:00:00Z)
--watch shows a table that is drawn anew while the recording runs at its speed`,
    load: async () => (await import('./cli/decode.ts')).decode,
  },
  convert: {
    summary: 'write a recording in another format',
    usage: 'IN OUT [--to FORMAT]    (OUT - is standard output; a name in .gz compresses)',
    load: async () => (await import('./cli/convert.ts')).convert,
  },
  stats: {
    summary: 'what a recording holds: load, rates, gaps, groups, senders',
    usage: 'FILE [--bitrate N] [--json]',
    load: async () => (await import('./cli/stats.ts')).stats,
  },
  profile: {
    summary: 'vehicle profiles: list, check with their evidence, import',
    usage: 'list | check FILE… | import --from dbc|obdb|wican FILE [-o OUT.yaml] | schema',
    load: async () => (await import('./cli/profile.ts')).profile,
  },
  simulate: {
    summary: 'be an adapter in a simulated vehicle',
    usage:
      'slcan|elm327|stn|gvret|nmea [--link PATH | --port PATH | --tcp HOST:PORT] [--vehicle truck|car|ev] [--scenario NAME] [--single-pid] [--fault NAME,…] [--seed N]',
    details: `slcan   also [--dialect NAME] [--file FILE | --rate FRAMES_PER_S]
elm327  also [--version 1.0 … 2.3]
A wrong NAME is answered with all there are.`,
    load: async () => (await import('./cli/simulate.ts')).simulate,
  },
  sources: {
    summary: 'what is plugged in, what it says it is, and how to configure it',
    usage: '[--port PATH …] [--baud N …] [--json]',
    load: async () => (await import('./cli/sources.ts')).sources,
  },
  governor: {
    summary: 'which frames went out to a bus, and why',
    usage:
      'log [--data DIR] [--source ID] [--vehicle ID] [--since 1h|DATE] [--requester TEXT] [--limit N] [--json]',
    load: async () => (await import('./cli/governor.ts')).governor,
  },
  export: {
    summary: 'write the records of a vehicle as JSON lines, CSV, Parquet, GPX or GeoJSON',
    usage:
      '--format jsonl|csv|parquet|gpx|geojson [--vehicle ID] [--from DATE] [--to DATE] [--signals NAME,…] [--units] [--points] [--out FILE [--force]] [--data DIR] [--config FILE]',
    details: `DATE       2026-03-01 (a day of UTC; as --to it counts whole), 2026-03-01T08:00:00Z, or how
           long ago: 12h, 30d. Without: all there is.
jsonl      the CloudEvents of the REST history; make, model and year come from --config
csv        time, received, source, clock, and a column for each signal that occurs or is named with
           --signals; empty is unknown; --units puts units into the header
parquet    the same columns, and the vehicle; units stand in the metadata
gpx        a track, in segments where no position was known for more than 5 minutes
geojson    a line for each such segment, with its times; with --points a point for each record
Standard output, unless --out names a file. The gateway may be running.`,
    load: async () => (await import('./cli/export.ts')).exportRecords,
  },
  sql: {
    summary: 'ask the journal in SQL, reading only',
    usage:
      '"SELECT …" [--vehicle ID] [--from DATE] [--to DATE] [--format table|csv|jsonl] [--data DIR]',
    details: `record     a row a record: seq, id, vehicle, source, boot, number, monotonic, time and received
           (ms since 1970, UTC), clock, quality (JSON), and a column for each signal; NULL is
           unknown. It holds the records from --from to --to only, by default the seven days up
           to the newest one; --from 1970-01-01 takes all.
event, distance_slot, vehicle, vehicle_state, …   the other tables of the journal, whole
DATE       2026-03-01 (a day of UTC; as --to it counts whole), 2026-03-01T08:00:00Z, or 12h, 30d ago
           datetime(time / 1000, 'unixepoch') makes a time readable
Nothing can be written: one query, to a journal that is open for reading. The gateway may be running.`,
    load: async () => (await import('./cli/sql.ts')).sql,
  },
  backup: {
    summary: 'copy the journal while the gateway runs',
    usage: 'FILE|FOLDER [--all] [--force] [--data DIR]',
    details: `FILE       gets its name when it is whole and was read again; in a FOLDER: journal-<time>.db
--all      into a FOLDER also gateway.json, signing-key.json and tokens.db, the name and the key of the
           gateway and what it has issued and revoked: who has the key is its owner
The gateway may be running and is not held up; its log grows by what it stores meanwhile.
To go back: stop the gateway, put the copy in the place of journal.db in the data folder, remove
journal.db-wal and journal.db-shm, start it.`,
    load: async () => (await import('./cli/backup.ts')).backup,
  },
  token: {
    summary: 'make, list and revoke the tokens of this gateway',
    usage:
      'create (--user | --vehicle TOKENID --privileges 1,3,4) [--expires 30d] [--data DIR] [--config FILE] | list [--all] [--json] [--data DIR] | revoke ID | --all | --before DATE [--data DIR]',
    details: `create     prints a token signed with the gateway's key, and nothing else
list       what was issued, newest first; --all also what has expired. No token itself is ever kept.
revoke     a token by its id from the list, and what was exchanged for it; --all every token there
           is; --before DATE those issued earlier (2026-03-01, 2026-03-01T08:00:00Z, 30d ago). A
           gateway that is running refuses them at once.`,
    load: async () => (await import('./cli/token.ts')).token,
  },
  audit: {
    summary: 'who read the location or the identity of a vehicle',
    usage: '[--since 1h|DATE] [--limit N] [--json] [--data DIR]',
    load: async () => (await import('./cli/audit.ts')).audit,
  },
  claim: {
    summary: 'print the code that claims a new gateway from another machine',
    usage: '[--data DIR]',
    load: async () => (await import('./cli/claim.ts')).claim,
  },
  lora: {
    summary: 'decode a LoRa payload, show what devices sent, add a device',
    usage:
      'decode HEX (--device ID --config FILE | --codec NAME) [--port N] [--frame] [--time TIME] | uplinks --device ID [--limit N] [--json] [--data DIR] | add ID --config FILE [--dev-eui EUI] [--name NAME] [--dev-addr ADDR] [--keys -] [--codec NAME] [--vehicle ID] [--f-cnt N] [--data DIR]',
    details: `decode     what the codec reads, then the signals; --frame takes a whole LoRaWAN frame, whose MIC
           is checked with the keys of the device
uplinks    the newest first, with their payloads and what came of them
add        writes the device into the configuration; --keys - takes its keys from standard input, as
           {"nwkSKey":"…","appSKey":"…"}, and keeps them in a file that nobody else can read`,
    load: async () => (await import('./cli/lora.ts')).lora,
  },
  flows: {
    summary: 'start Node-RED with the nodes of the gateway',
    usage: '[--config FILE] [--data DIR] [--listen HOST:PORT] [--url URL] [--node-red FOLDER]',
    details: `Node-RED is not installed with odograph: npm install -g --unsafe-perm node-red (node-red@4 where
Node.js is older than 22.9). Flows, their secret and the token for the gateway are in flows/ of the data
folder; a settings.js there adds to the settings. The editor opens for the owner's tokens.`,
    load: async () => (await import('./cli/flows.ts')).flows,
  },
  update: {
    summary: 'install another version, on trial, and go back',
    usage:
      'FILE|CHANNEL [--check] [--force] [--key FILE …] [--config FILE] [--data DIR] | --rollback | --list',
    details: `FILE       odograph-<version>-<arch>.update
CHANNEL    an https or file URL that names the newest version
--check    only says whether it can be installed
--force    also an older one
--key      a public key that is trusted (PEM); without: update.keys of --config, else
           /etc/odograph/update-keys/*.pub
--rollback ends the trial, or goes back to the version before
--list     what is installed, what is tried, what was given up and why
The new version is tried at the next start, and stays if everything runs as before.`,
    load: async () => (await import('./cli/update.ts')).update,
  },
  config: {
    summary: 'print the schema of the configuration, or check a file',
    usage: 'schema | check FILE',
    load: async () => (await import('./cli/config.ts')).config,
  },
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function help(): string {
  const lines = Object.entries(commands).map(
    ([name, { summary, usage }]) => `  ${name.padEnd(9)} ${summary}\n            ${usage}`,
  )
  return `odograph ${version()} — vehicle gateway\n\nusage: odograph COMMAND …\n\n${lines.join('\n')}\n`
}

/** Ctrl-C reaches a process twice when npm started it: only a later one means impatience. */
function abortOnSignal(): AbortSignal {
  const controller = new AbortController()
  let first = 0
  const stop = () => {
    if (first === 0) {
      first = Date.now()
      controller.abort()
    } else if (Date.now() - first > 1000) process.exit(130)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  return controller.signal
}

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${version()}\n`)
    return 0
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(help())
    return name === undefined ? 2 : 0
  }
  const command = commands[name]
  if (command === undefined) {
    process.stderr.write(`odograph: ${name}: no such command\n\n${help()}`)
    return 2
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    const { summary, usage, details } = command
    const more = details === undefined ? '' : `\n${details}\n`
    process.stdout.write(`${summary}\n\nusage: odograph ${name} ${usage}\n${more}`)
    return 0
  }
  const io: CommandIo = {
    stdout: process.stdout,
    stderr: process.stderr,
    signal: abortOnSignal(),
    version: version(),
  }
  return (await command.load())(rest, io)
}

// A reader that has gone (`odograph decode … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = told(error)
}

/** Says what went wrong; the exit code. Ctrl-C needs no words. */
function told(error: unknown): number {
  if (error instanceof Error && error.name === 'AbortError') return 130
  process.stderr.write(`odograph: ${messageOf(error)}\n`)
  const isKnown = error instanceof OdographError
  if (!isKnown && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return isKnown && error.code === 'usage' ? 2 : 1
}
