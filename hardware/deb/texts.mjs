/** The texts of the package: control, changelog, copyright. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const MAINTAINER = 'The Odograph authors <maintainers@odograph.example>'

/** The libraries are those that the bundled binaries are linked with; Node.js needs them too. */
export function controlOf({ version, architecture, description, installed }) {
  return `Package: odograph
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${installed}
Depends: nodejs (>= 20.19), adduser, libc6 (>= 2.29), libgcc-s1, libstdc++6
Recommends: can-utils, systemd, polkitd
Suggests: gpiod, sqlite3
Section: net
Priority: optional
Description: vehicle gateway for CAN, OBD-II, J1939 and LoRa
${wrapped(`${description}. Every record is stored before it is sent. Adapters are opened listen-only; what
is asked of a vehicle passes a governor that lets reading requests through and nothing else.`)}
`
}

function wrapped(text) {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const line = `${lines.at(-1)} ${word}`
    if (line.length <= 78) lines[lines.length - 1] = line
    else lines.push(` ${word}`)
  }
  return lines.join('\n')
}

export function changelogOf({ version, epoch }) {
  const [day, date, month, year, time] = new Date(epoch * 1000).toUTCString().split(/,? /)
  return `odograph (${version}) unstable; urgency=medium

  * Built from the sources; what is new is told in changelog.gz.

 -- ${MAINTAINER}  ${day}, ${date} ${month} ${year} ${time} +0000
`
}

/** Our own licence, and those of the bundled packages, each with the texts that it came with. */
export function copyrightOf({ root, stage, bundled }) {
  const parts = bundled.map((path) => {
    const { name, version, license, homepage } = JSON.parse(
      readFileSync(join(path, 'package.json'), 'utf8'),
    )
    const texts = readdirSync(path)
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      .map((file) => `  /${relative(stage, join(path, file))}`)
    const terms = typeof license === 'string' ? license : (license?.type ?? 'see its texts')
    const lines = [`${name} ${version}: ${terms}`, ...(homepage ? [`  ${homepage}`] : []), ...texts]
    return lines.join('\n')
  })
  const licence = join(root, 'LICENSE')
  return `Odograph
${existsSync(licence) ? readFileSync(licence, 'utf8') : ''}

The package brings along these packages from https://registry.npmjs.org/, below
/usr/lib/odograph/node_modules, without their tests, documents and sources in other languages. Where there is no text of its own,
Apache-2.0 is in /usr/share/common-licenses/Apache-2.0.

${parts.join('\n')}
`
}
