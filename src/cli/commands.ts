/**
 * All commands, a row each. The help, the completion of shells and the manual page are made of it, so
 * what stands here is said once; a test compares the options with those that a command takes.
 */
import type { CommandOption, CommandTable } from './command.ts'

const CONFIG: CommandOption = {
  name: '--config',
  argument: 'FILE',
  description: 'the configuration',
}
const SET: CommandOption = {
  name: '--set',
  argument: 'KEY=VALUE',
  description: 'a value of the configuration; may be given again',
}
const DATA: CommandOption = {
  name: '--data',
  argument: 'DIR',
  description: 'the data folder; ODOGRAPH_DATA, or ./odograph-data',
}
const LISTEN: CommandOption = {
  name: '--listen',
  argument: 'HOST:PORT',
  description: 'where it listens',
}
const VEHICLE: CommandOption = { name: '--vehicle', argument: 'ID', description: 'which vehicle' }
const PROFILE: CommandOption = {
  name: '--profile',
  argument: 'NAME|FILE',
  description: 'what is known of the vehicle beyond the standards',
}
const SPEED: CommandOption = { name: '--speed', argument: 'N|max', description: '1 is real time' }
const FROM: CommandOption = { name: '--from', argument: 'DATE', description: 'not before' }
const TO: CommandOption = { name: '--to', argument: 'DATE', description: 'not after' }
const UNTIL: CommandOption = { name: '--until', argument: 'TIME', description: 'not after' }
const SINCE: CommandOption = { name: '--since', argument: '1h|DATE', description: 'not before' }
const LIMIT: CommandOption = { name: '--limit', argument: 'N', description: 'so many at most' }
const FORCE: CommandOption = { name: '--force', description: 'write over what is there' }
const JSON_OUTPUT: CommandOption = { name: '--json', description: 'as JSON, for programs' }

export const commands: CommandTable = {
  run: {
    summary: 'run the gateway',
    usage: '[--config FILE] [--data DIR] [--listen HOST:PORT] [--mqtt-listen HOST:PORT] [--demo]',
    options: [
      CONFIG,
      SET,
      DATA,
      LISTEN,
      {
        name: '--mqtt-listen',
        argument: 'HOST:PORT',
        description: 'where the embedded broker listens',
      },
      { name: '--demo', description: 'with a simulated vehicle, and a link that opens the page' },
    ],
    examples: [
      ['odograph run --demo', 'a simulated truck, to look at everything without a vehicle'],
      [
        'odograph run --config odograph.yaml --data /var/lib/odograph',
        'the gateway as the service runs it',
      ],
      [
        'odograph run --config odograph.yaml --set log.level=debug',
        'with one value changed for this run',
      ],
    ],
    load: async () => (await import('./run.ts')).run,
  },
  replay: {
    summary: 'fill a store from a recording',
    usage: 'FILE [--data DIR] [--config FILE] [--vehicle ID] [--profile NAME|FILE] [--speed N|max]',
    options: [DATA, CONFIG, VEHICLE, PROFILE, SPEED],
    examples: [
      [
        'odograph replay drive.log --data trip',
        'a store with what the recording says, as fast as it can be read',
      ],
      [
        'odograph replay drive.log --config odograph.yaml --vehicle van1',
        'as the vehicle of the configuration',
      ],
    ],
    load: async () => (await import('./replay.ts')).replay,
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
    options: [
      { name: '--what', argument: 'KIND', description: 'which kinds of results, with commas' },
      { name: '--dbc', argument: 'FILE', description: 'decode with a DBC file, too' },
      PROFILE,
      { name: '--format', argument: 'jsonl|csv|table', description: 'how the results are written' },
      { name: '--watch', description: 'a table that is drawn anew while the recording runs' },
      SPEED,
      { name: '--pgn', argument: 'N,…', description: 'of these parameter groups alone' },
      { name: '--spn', argument: 'N,…', description: 'of these suspect parameters alone' },
      { name: '--pid', argument: 'HEX,…', description: 'of these PIDs alone' },
      { name: '--id', argument: 'HEX,…', description: 'of frames with these identifiers alone' },
      { name: '--source', argument: 'N,…', description: 'of these senders alone' },
      { name: '--signal', argument: 'NAME,…', description: 'of these signals alone' },
      { name: '--bus', argument: 'NAME,…', description: 'of these buses alone' },
      FROM,
      UNTIL,
    ],
    examples: [
      ['odograph decode drive.mf4 --format table', 'everything that a recording says'],
      [
        'odograph decode drive.log --what spn --spn 190 --source 0',
        'the engine speed that the engine itself tells',
      ],
      ['odograph decode drive.log --watch', 'a live table, at the speed of the recording'],
    ],
    load: async () => (await import('./decode.ts')).decode,
  },
  convert: {
    summary: 'write a recording in another format',
    usage: 'IN OUT [--to FORMAT]    (OUT - is standard output; a name in .gz compresses)',
    options: [
      { name: '--to', argument: 'FORMAT', description: 'where the ending of OUT does not tell' },
    ],
    examples: [
      ['odograph convert drive.mf4 drive.asc', 'from ASAM MF4 to Vector ASC'],
      ['odograph convert drive.log - --to trc', 'to standard output'],
    ],
    load: async () => (await import('./convert.ts')).convert,
  },
  stats: {
    summary: 'what a recording holds: load, rates, gaps, groups, senders',
    usage: 'FILE [--bitrate N] [--json]',
    options: [
      { name: '--bitrate', argument: 'N', description: 'of the bus, for its load' },
      JSON_OUTPUT,
    ],
    examples: [
      ['odograph stats drive.log', 'load, rates, gaps, senders'],
      [
        'odograph stats drive.log --bitrate 250000 --json',
        'with the load of a bus of 250 kbit/s, for a program',
      ],
    ],
    load: async () => (await import('./stats.ts')).stats,
  },
  profile: {
    summary: 'vehicle profiles: list, check with their evidence, import',
    usage: 'list | check FILE… | import --from dbc|obdb|wican FILE [-o OUT.yaml] | schema',
    verbs: ['list', 'check', 'import', 'schema'],
    options: [
      { name: '--from', argument: 'dbc|obdb|wican', description: 'what is imported' },
      { name: '-o', argument: 'FILE', description: 'where the imported profile goes' },
    ],
    examples: [
      ['odograph profile list', 'the built-in ones'],
      ['odograph profile check my-van.yaml', 'one of your own, against its evidence'],
      ['odograph profile import --from dbc van.dbc -o van.yaml', 'out of a DBC file'],
    ],
    load: async () => (await import('./profile.ts')).profile,
  },
  simulate: {
    summary: 'be an adapter in a simulated vehicle',
    usage:
      'slcan|elm327|stn|gvret|nmea|gpsd [--link PATH | --port PATH | --tcp HOST:PORT] [--vehicle truck|car|ev] [--scenario NAME] [--single-pid] [--fault NAME,…] [--seed N]',
    details: `slcan   also [--dialect NAME] [--file FILE | --rate FRAMES_PER_S]
elm327  also [--version 1.0 … 2.3]
A wrong NAME is answered with all there are.`,
    verbs: ['slcan', 'elm327', 'stn', 'gvret', 'nmea', 'gpsd'],
    options: [
      { name: '--link', argument: 'PATH', description: 'name of the pseudo-terminal' },
      { name: '--port', argument: 'PATH', description: 'a serial device instead' },
      { name: '--tcp', argument: 'HOST:PORT', description: 'a TCP port instead' },
      { name: '--vehicle', argument: 'truck|car|ev', description: 'what is on its bus' },
      { name: '--scenario', argument: 'NAME', description: 'how it is driven' },
      { name: '--file', argument: 'FILE', description: 'slcan: a recording on its bus' },
      { name: '--rate', argument: 'N', description: 'slcan: so many frames a second' },
      { name: '--dialect', argument: 'NAME', description: 'slcan: which adapter it is' },
      { name: '--version', argument: 'N', description: 'elm327: which version it claims' },
      { name: '--single-pid', description: 'the car answers one PID a request' },
      { name: '--fault', argument: 'NAME,…', description: 'what is wrong with it' },
      { name: '--seed', argument: 'N', description: 'another course of chance' },
    ],
    examples: [
      ['odograph simulate elm327 --vehicle car --link /tmp/obd', 'an ELM327 in a car, at /tmp/obd'],
      ['odograph simulate slcan --tcp 127.0.0.1:3333', 'an SLCAN adapter behind a TCP port'],
    ],
    load: async () => (await import('./simulate.ts')).simulate,
  },
  sources: {
    summary: 'what is plugged in, what it says it is, and how to configure it',
    usage: '[--port PATH …] [--baud N …] [--json]',
    options: [
      { name: '--port', argument: 'PATH', description: 'ask this one alone; may be given again' },
      { name: '--baud', argument: 'N', description: 'with this speed alone; may be given again' },
      JSON_OUTPUT,
    ],
    examples: [
      ['odograph sources', 'ask whatever is plugged in'],
      ['odograph sources --port /dev/ttyUSB0 --baud 38400', 'one port, at one speed'],
    ],
    load: async () => (await import('./sources.ts')).sources,
  },
  init: {
    summary: 'write a first configuration, by questions or by flags',
    usage:
      '[--config FILE] [--port PATH] [--vehicle ID] [--token-id N] [--bitrate N] [--listen HOST:PORT] [--mqtt URL] [--home-assistant] [--yes] [--force]',
    details: `Asks what is plugged in, then asks you: the adapter, the vehicle, the bus, the broker. Flags answer
beforehand; with --yes, or without a terminal, nothing is asked. --port simulator is a simulated vehicle.
A password in the URL of the broker goes to a file of its own. Nothing is written over without --force.`,
    options: [
      { name: '--config', argument: 'FILE', description: 'where it goes; ./odograph.yaml' },
      { name: '--port', argument: 'PATH', description: 'the adapter, or simulator' },
      VEHICLE,
      { name: '--token-id', argument: 'N', description: 'number of the vehicle in the API' },
      { name: '--bitrate', argument: 'N', description: 'of the bus: 250000 or 500000 mostly' },
      LISTEN,
      { name: '--mqtt', argument: 'URL', description: 'a broker' },
      { name: '--home-assistant', description: 'announce the vehicle to Home Assistant' },
      { name: '--yes', description: 'ask nothing' },
      FORCE,
    ],
    examples: [
      ['odograph init', 'asks, and writes ./odograph.yaml'],
      ['odograph init --port simulator --yes', 'a simulated vehicle, without a question'],
      [
        'odograph init --config /etc/odograph/odograph.yaml --vehicle van1 --bitrate 250000 --mqtt mqtts://broker.example --yes',
        'for an installation by a script',
      ],
    ],
    load: async () => (await import('./init.ts')).init,
  },
  doctor: {
    summary: 'find out what is wrong, why, and what helps',
    usage: '[--config FILE] [--data DIR] [--json] [--no-send]',
    details: `Configuration, data folder, card, journal, API, sources, clock, broker, service and machine, a line each.
Where the gateway runs, its health is asked and the ports are left alone; else each adapter is asked
what it is, and its bus is heard for a moment, listen-only: nothing is sent to the vehicle. The broker
gets one small message, <root>/<gateway>/doctor.
--no-send  opens no port and does not log in to the broker
Exit code  0 all is well, 1 there are warnings, 2 something does not work`,
    options: [
      CONFIG,
      DATA,
      JSON_OUTPUT,
      { name: '--no-send', description: 'open no port, publish nothing' },
    ],
    examples: [
      ['odograph doctor --config odograph.yaml', 'everything'],
      ['sudo -u odograph odograph doctor --json', 'as the user of the service, for a program'],
    ],
    load: async () => (await import('./doctor.ts')).doctor,
  },
  bundle: {
    summary: 'make an archive for whoever helps, without secrets and positions',
    usage: '[FILE.tar.gz] [--config FILE] [--data DIR] [--no-send] [--force]',
    details: `Holds version, system, configuration, the findings of the doctor, health, sizes of the journal, the newest
lines of the log. Without passwords, keys, tokens, hosts, names, VINs, positions, addresses; what is not
known to be harmless is left out. Look through it before you send it: it is sent nowhere by itself.`,
    options: [
      CONFIG,
      DATA,
      { name: '--no-send', description: 'open no port, publish nothing' },
      FORCE,
    ],
    examples: [
      [
        'sudo odograph bundle --config /etc/odograph/odograph.yaml --data /var/lib/odograph',
        'odograph-bundle-<day>.tar.gz',
      ],
      ['odograph bundle report.tar.gz --config odograph.yaml', 'with a name of your own'],
    ],
    load: async () => (await import('./bundle.ts')).bundle,
  },
  governor: {
    summary: 'which frames went out to a bus, and why',
    usage:
      'log [--data DIR] [--source ID] [--vehicle ID] [--since 1h|DATE] [--requester TEXT] [--limit N] [--json]',
    verbs: ['log'],
    options: [
      DATA,
      { name: '--source', argument: 'ID', description: 'sent by this source alone' },
      VEHICLE,
      SINCE,
      { name: '--requester', argument: 'TEXT', description: 'asked for by these alone' },
      LIMIT,
      JSON_OUTPUT,
    ],
    examples: [
      ['odograph governor log --since 1h', 'what was sent in the last hour'],
      ['odograph governor log --source obd --json', 'of one source, for a program'],
    ],
    load: async () => (await import('./governor.ts')).governor,
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
    options: [
      {
        name: '--format',
        argument: 'jsonl|csv|parquet|gpx|geojson',
        description: 'what is written',
      },
      ...[VEHICLE, FROM, TO],
      { name: '--signals', argument: 'NAME,…', description: 'csv, parquet: columns of these' },
      { name: '--units', description: 'csv: units in the header' },
      { name: '--points', description: 'geojson: a point for each record' },
      { name: '--out', argument: 'FILE', description: 'instead of standard output' },
      ...[FORCE, DATA, CONFIG],
    ],
    examples: [
      [
        'odograph export --format csv --from 30d --out month.csv',
        'the last thirty days as a table',
      ],
      [
        'odograph export --format gpx --vehicle van1 --from 2026-03-01 --to 2026-03-01',
        'the way of one day',
      ],
    ],
    load: async () => (await import('./export.ts')).exportRecords,
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
    options: [
      VEHICLE,
      FROM,
      TO,
      { name: '--format', argument: 'table|csv|jsonl', description: 'how the rows are written' },
      DATA,
    ],
    examples: [
      ['odograph sql "SELECT max(odometer) FROM record"', 'of the newest seven days'],
      [
        'odograph sql "SELECT type, count(*) FROM event GROUP BY type" --format csv',
        'which events there were',
      ],
    ],
    load: async () => (await import('./sql.ts')).sql,
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
    options: [
      { name: '--all', description: 'also the name, the key and the tokens of the gateway' },
      FORCE,
      DATA,
    ],
    examples: [
      ['odograph backup /media/stick', 'a copy of the journal, with the time in its name'],
      ['odograph backup /media/stick --all', 'all that belongs to the gateway'],
    ],
    load: async () => (await import('./backup.ts')).backup,
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
    verbs: ['create', 'list', 'revoke'],
    options: [
      { name: '--user', description: 'create: a token of the owner' },
      { name: '--vehicle', argument: 'TOKENID', description: 'create: a token for a vehicle' },
      { name: '--privileges', argument: 'N,…', description: 'create: what it may' },
      { name: '--expires', argument: '30d', description: 'create: when it ends' },
      { name: '--all', description: 'list: what has expired, too; revoke: every token' },
      { name: '--before', argument: 'DATE', description: 'revoke: those issued earlier' },
      ...[JSON_OUTPUT, DATA, CONFIG],
    ],
    examples: [
      ['odograph token create --user', 'a token of the owner, for 30 days'],
      [
        'odograph token create --vehicle 42 --privileges 1,3 --expires 7d',
        'one that sees status and history of one vehicle',
      ],
      ['odograph token list', 'what was issued'],
      ['odograph token revoke --before 30d', 'what is older than a month'],
    ],
    load: async () => (await import('./token.ts')).token,
  },
  audit: {
    summary: 'who read the location or the identity of a vehicle',
    usage: '[--since 1h|DATE] [--limit N] [--json] [--data DIR]',
    options: [SINCE, LIMIT, JSON_OUTPUT, DATA],
    examples: [['odograph audit --since 1d', 'who read what since yesterday']],
    load: async () => (await import('./audit.ts')).audit,
  },
  claim: {
    summary: 'print the code that claims a new gateway from another machine',
    usage: '[--data DIR]',
    options: [DATA],
    examples: [
      ['odograph claim --data /var/lib/odograph', 'the code for the page of a new gateway'],
    ],
    load: async () => (await import('./claim.ts')).claim,
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
    verbs: ['decode', 'uplinks', 'add'],
    options: [
      { name: '--device', argument: 'ID', description: 'a device of the configuration' },
      { name: '--codec', argument: 'NAME', description: 'how its payload is read' },
      { name: '--port', argument: 'N', description: 'decode: fPort of the payload' },
      { name: '--frame', description: 'decode: it is a whole LoRaWAN frame' },
      { name: '--time', argument: 'TIME', description: 'decode: when it was received' },
      { name: '--dev-eui', argument: 'EUI', description: 'add: its EUI' },
      { name: '--dev-addr', argument: 'ADDR', description: 'add: its address' },
      { name: '--name', argument: 'NAME', description: 'add: what people call it' },
      { name: '--keys', argument: '-', description: 'add: its keys come on standard input' },
      { name: '--f-cnt', argument: 'N', description: 'add: the counter it has reached' },
      ...[VEHICLE, LIMIT, JSON_OUTPUT, CONFIG, DATA],
    ],
    examples: [
      ['odograph lora decode 0167010e --codec cayenne-lpp', 'what a payload says'],
      ['odograph lora uplinks --device t1', 'what a device has sent'],
      ['odograph lora add t1 --dev-eui 70b3d57ed0001234 --config odograph.yaml', 'a new device'],
    ],
    load: async () => (await import('./lora.ts')).lora,
  },
  flows: {
    summary: 'start Node-RED with the nodes of the gateway',
    usage: '[--config FILE] [--data DIR] [--listen HOST:PORT] [--url URL] [--node-red FOLDER]',
    details: `Node-RED is not installed with odograph: npm install -g --unsafe-perm node-red (node-red@4 where
Node.js is older than 22.9). Flows, their secret and the token for the gateway are in flows/ of the data
folder; a settings.js there adds to the settings. The editor opens for the owner's tokens.`,
    options: [
      CONFIG,
      DATA,
      LISTEN,
      {
        name: '--url',
        argument: 'URL',
        description: 'of the gateway, where it is not the configured one',
      },
      { name: '--node-red', argument: 'FOLDER', description: 'where Node-RED is installed' },
    ],
    examples: [
      ['odograph flows --config odograph.yaml', 'Node-RED beside the gateway'],
      ['odograph flows --listen 0.0.0.0:1880', 'for other machines, too'],
    ],
    load: async () => (await import('./flows.ts')).flows,
  },
  record: {
    summary: 'raw frames as a file: what was before, and what comes',
    usage:
      'OUT.log.gz [--before S] [--for S] [--cause TEXT] [--vehicle ID] [--force] [--config FILE] [--data DIR] | --list | OUT --source ID --config FILE [--for S]',
    details: `OUT        from the running gateway a candump log, compressed, which it also keeps
--source   straight from the adapter, where no gateway runs; OUT in any format that convert writes
Nothing is sent to the bus.`,
    options: [
      {
        name: '--before',
        argument: 'S',
        description: 'seconds before now, as far as they are held; 60',
      },
      {
        name: '--for',
        argument: 'S',
        description: 'seconds from now; 30, with --source until Ctrl-C',
      },
      { name: '--cause', argument: 'TEXT', description: 'why, in words' },
      VEHICLE,
      { name: '--source', argument: 'ID', description: 'a source of the configuration' },
      { name: '--list', description: 'what is kept' },
      FORCE,
      CONFIG,
      DATA,
    ],
    examples: [
      ['odograph record odd-noise.log.gz', 'the last minute and the next half'],
      ['odograph record --list', 'what was kept by itself, and why'],
      [
        'odograph record drive.asc --source can0 --config odograph.yaml',
        'straight from an adapter',
      ],
    ],
    load: async () => (await import('./record.ts')).record,
  },
  explain: {
    summary: 'from a value to the frames behind it',
    usage:
      'SIGNAL [--at TIME] [--vehicle ID] [--bus NAME] [--config FILE] [--data DIR] [--json] | SIGNAL --file RECORDING [--profile NAME|FILE] [--at TIME]',
    details: `The newest reading up to the time. The running gateway looks at the frames that it holds in memory, then
at the captures of that time (see odograph record --list).`,
    options: [
      { name: '--at', argument: 'TIME', description: '2026-03-01T08:00:00Z; now' },
      VEHICLE,
      { name: '--bus', argument: 'NAME', description: 'only frames of this bus' },
      { name: '--file', argument: 'RECORDING', description: 'out of a recording' },
      PROFILE,
      CONFIG,
      DATA,
      JSON_OUTPUT,
    ],
    examples: [
      ['odograph explain odometer', 'the frame behind the odometer of now'],
      ['odograph explain fuelPercentRemaining --at 2026-03-01T08:00:00Z', 'and of then'],
      ['odograph explain vin --file drive.mf4', 'all packets of the message that said it'],
    ],
    load: async () => (await import('./explain.ts')).explain,
  },
  update: {
    summary: 'install another version, on trial, and go back',
    usage:
      'FILE|CHANNEL [--check] [--force] [--key FILE …] [--config FILE] [--data DIR] | --rollback | --list',
    details: `FILE       odograph-<version>-<arch>.update
CHANNEL    an https or file URL that names the newest version
The new version is tried at the next start, and stays if everything runs as before.`,
    options: [
      { name: '--check', description: 'only says whether it can be installed' },
      { name: '--force', description: 'also an older one' },
      {
        name: '--key',
        argument: 'FILE',
        description:
          'a public key that is trusted (PEM); without: update.keys of the configuration, else /etc/odograph/update-keys/*.pub',
      },
      CONFIG,
      DATA,
      { name: '--rollback', description: 'ends the trial, or goes back to the version before' },
      { name: '--list', description: 'what is installed, tried, and was given up' },
    ],
    examples: [
      ['odograph update odograph-0.2.0-arm64.update --check', 'whether it could be installed'],
      ['odograph update odograph-0.2.0-arm64.update', 'on trial, from the next start on'],
      ['odograph update --rollback', 'back to the version before'],
    ],
    load: async () => (await import('./update.ts')).update,
  },
  config: {
    summary: 'check, show, explain and change the configuration',
    usage:
      'check FILE | show [--config FILE] [--set KEY=VALUE …] | explain KEY [--config FILE] | set KEY=VALUE … --config FILE [--dry-run] | schema',
    verbs: ['check', 'show', 'explain', 'set', 'schema'],
    options: [CONFIG, SET, { name: '--dry-run', description: 'set: only say what would change' }],
    examples: [
      ['odograph config check odograph.yaml', 'what is wrong with it, with line and column'],
      ['odograph config explain mqtt.url', 'what a key means and where its value comes from'],
      [
        'odograph config set mqtt.url=mqtts://broker.example --config odograph.yaml',
        'change a key; comments stay',
      ],
      ['odograph config schema > odograph.schema.json', 'for an editor'],
    ],
    load: async () => (await import('./config.ts')).config,
  },
  completion: {
    summary: 'print what a shell needs to complete the commands',
    usage: 'bash|zsh|fish',
    verbs: ['bash', 'zsh', 'fish'],
    options: [],
    examples: [
      ['odograph completion bash | sudo tee /etc/bash_completion.d/odograph', 'for everybody'],
      ['odograph completion fish > ~/.config/fish/completions/odograph.fish', 'for yourself'],
    ],
    load: async () => (await import('./completion.ts')).completionOf(commands),
  },
  man: {
    summary: 'print the manual page',
    usage: '',
    options: [],
    examples: [
      ['odograph man | man -l -', 'read it'],
      ['odograph man | sudo tee /usr/local/share/man/man1/odograph.1', 'keep it'],
    ],
    load: async () => (await import('./man.ts')).manOf(commands),
  },
}
