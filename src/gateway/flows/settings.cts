/**
 * The settings of Node-RED as `odograph flows` starts it; Node-RED itself loads this file. Who may edit
 * flows is who owns the gateway: its tokens open the editor, and each is asked for at the gateway. A
 * `settings.js` in the folder of the flows adds to it, but to who may enter and where it listens.
 */
const { join } = process.getBuiltinModule('node:path')
const { existsSync } = process.getBuiltinModule('node:fs')

const {
  ODOGRAPH_URL: gateway = 'http://127.0.0.1:8080',
  ODOGRAPH_PALETTE: palette = '',
  ODOGRAPH_FLOWS_FOLDER: folder = '',
  ODOGRAPH_FLOWS_HOST: host = '127.0.0.1',
  ODOGRAPH_FLOWS_PORT: port = '1880',
  ODOGRAPH_FLOWS_SECRET: secret = '',
} = process.env

/** For so long an answer of the gateway is believed: every request of the editor asks. */
const GOOD_MS = 30_000
const TIMEOUT_MS = 5000
const SESSION_SECONDS = 86_400

const owner = { username: 'owner', permissions: '*' }
const goodUntil = new Map<string, number>()
/** The token that the session was opened with: none is remembered over a restart. */
let opened = ''

/** Only the owner may see what was issued. */
async function isOwners(token: string): Promise<boolean> {
  const now = Date.now()
  if ((goodUntil.get(token) ?? 0) > now) return true
  goodUntil.delete(token)
  if (!/^[\w.~+/=-]+$/.test(token)) return false
  try {
    const response = await fetch(`${gateway}/v1/gateway/tokens`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    if (response.ok) goodUntil.set(token, now + GOOD_MS)
    return response.ok
  } catch (error) {
    console.error(`The gateway at ${gateway} cannot be asked who this is: ${error}`)
    return false
  }
}

function ownSettings(): Record<string, unknown> {
  const file = join(folder, 'settings.js')
  return folder !== '' && existsSync(file) ? require(file) : {}
}

const own = ownSettings()
const theme = (own.editorTheme ?? {}) as Record<string, unknown>

module.exports = {
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: secret,
  telemetry: { enabled: false },
  diagnostics: { enabled: true, ui: true },
  ...own,
  uiHost: host,
  uiPort: Number(port),
  nodesDir: [palette, own.nodesDir ?? []].flat(),
  editorTheme: {
    page: { title: 'Odograph flows' },
    header: { title: 'Odograph flows' },
    tours: false,
    ...theme,
  },
  adminAuth: {
    type: 'credentials',
    sessionExpiryTime: SESSION_SECONDS,
    users: async (name: string) =>
      name === owner.username && opened !== '' && (await isOwners(opened)) ? owner : null,
    authenticate: async (name: string, password: string) => {
      if (name !== owner.username || !(await isOwners(password))) return null
      opened = password
      return owner
    },
    tokens: async (token: string) => ((await isOwners(token)) ? owner : null),
  },
}
