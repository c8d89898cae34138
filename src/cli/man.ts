/** `odograph man`: the manual page odograph(1), as roff with the macros of man(7), out of the table. */
import { type Command, type CommandEntry, type CommandTable, parseCommand } from './command.ts'

export function manOf(commands: CommandTable): Command {
  return async (args, io) => {
    parseCommand(args, {})
    io.stdout.write(manualPage(commands, io.version))
    return 0
  }
}

export function manualPage(commands: CommandTable, version: string): string {
  return `${[
    `.TH ODOGRAPH 1 "" "odograph ${version}" "Odograph"`,
    ...section('NAME', ['odograph \\- vehicle gateway: CAN and LoRa in, a vehicle status out']),
    ...section('SYNOPSIS', ['.B odograph', '.I COMMAND', '[\\fIoptions\\fR]']),
    ...section('DESCRIPTION', [
      text(
        'Odograph runs on a Raspberry Pi in a vehicle or a depot. It reads OBD-II and J1939 frames from a CAN adapter and LoRa uplinks from trackers, turns them into the status of a vehicle, keeps every record, publishes over MQTT and serves a REST API.',
      ),
    ]),
    ...section('COMMANDS', Object.entries(commands).flatMap(command)),
    ...section('ENVIRONMENT', [
      ...item('ODOGRAPH_DATA', 'The data folder, where --data does not name one.'),
      ...item(
        'ODOGRAPH__SECTION__FIELD',
        'A value of the configuration: ODOGRAPH__MQTT__URL is mqtt.url.',
      ),
      ...item('NO_COLOR', 'No colours, also on a terminal.'),
    ]),
    ...section('FILES', [
      ...item('odograph.yaml', 'The configuration, wherever --config names it.'),
      ...item('odograph-data/', 'The data folder: journal, keys, tokens.'),
    ]),
    ...section('EXIT STATUS', [
      text(
        '0 if all went well, 1 if not, 2 where the command line is not understood, 130 after Ctrl-C. doctor: 1 with warnings, 2 with failures.',
      ),
    ]),
    ...section('SEE ALSO', ['.BR systemctl (1),', '.BR journalctl (1),', '.BR ip (8)']),
  ].join('\n')}\n`
}

function section(title: string, lines: readonly string[]): string[] {
  return [`.SH ${title}`, ...lines]
}

function command([name, entry]: [string, CommandEntry]): string[] {
  const { summary, usage, details, options, examples } = entry
  return [
    `.SS ${text(name)}`,
    `${text(summary)}.`,
    '.PP',
    `\\fBodograph ${escaped(name)}\\fR ${escaped(usage)}`,
    ...(details === undefined ? [] : block(details.split('\n'))),
    ...options.flatMap(({ name: option, argument, description }) =>
      item(argument === undefined ? option : `${option} ${argument}`, description),
    ),
    '.PP',
    'Examples:',
    ...examples.flatMap(([line, does]) => [...block([line]), '.RS 8', text(does), '.RE']),
  ]
}

function item(title: string, words: string): string[] {
  return ['.TP', `.B ${text(title)}`, text(words)]
}

/** Lines as they stand. */
function block(lines: readonly string[]): string[] {
  return ['.PP', '.RS 4', '.nf', ...lines.map(text), '.fi', '.RE']
}

/** A line of text: `.` and `'` at its start would be a command of roff. */
function text(line: string): string {
  return /^[.']/.test(line) ? `\\&${escaped(line)}` : escaped(line)
}

/** Hyphens that are copied into a shell, and what is no ASCII, by their names (groff_char(7)). */
function escaped(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(
      /[^\x20-\x7e]/gu,
      (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}
