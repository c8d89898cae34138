/**
 * Which vehicle is shown: its name as the title of the page, or a selector where there are several.
 */
import { find, setText, show } from './dom.js'
import { t } from './i18n.js'

/** @typedef {import('./api.js').Vehicle} Vehicle */

const key = 'odograph.vehicle'

export class VehicleChoice {
  #title
  #select
  /** @type {readonly Vehicle[] | undefined} */
  #vehicles
  /** @type {Vehicle | undefined} */
  #current

  /**
   * @param {ParentNode} root
   * @param {() => void} onChange another one has been chosen
   */
  constructor(root, onChange) {
    this.#title = find(root, '#vehicle-name')
    this.#select = /** @type {HTMLSelectElement} */ (find(root, '#vehicle-select'))
    this.#select.onchange = () => {
      this.#choose(this.#select.value)
      onChange()
    }
  }

  /** Whether the gateway has said which vehicles there are. */
  get known() {
    return this.#vehicles !== undefined
  }

  get current() {
    return this.#current
  }

  get name() {
    return this.#current === undefined ? t('Vehicle gateway') : nameOf(this.#current)
  }

  /**
   * The name of the vehicle a source belongs to; empty where there is only one.
   * @param {string} id
   */
  nameOf(id) {
    if ((this.#vehicles?.length ?? 0) < 2) return ''
    const vehicle = this.#vehicles?.find((one) => one.id === id)
    return vehicle === undefined ? id : nameOf(vehicle)
  }

  /** @param {readonly Vehicle[]} vehicles */
  offer(vehicles) {
    this.#vehicles = vehicles
    const options = vehicles.map((vehicle) => new Option(nameOf(vehicle), vehicle.tokenId))
    this.#select.replaceChildren(...options)
    this.#choose(remembered())
  }

  clear() {
    this.#vehicles = undefined
    this.#current = undefined
    this.#select.replaceChildren()
    this.#display()
  }

  /** @param {string | null} tokenId */
  #choose(tokenId) {
    const vehicles = this.#vehicles ?? []
    this.#current = vehicles.find((vehicle) => vehicle.tokenId === tokenId) ?? vehicles[0]
    if (this.#current !== undefined) {
      this.#select.value = this.#current.tokenId
      remember(this.#current.tokenId)
    }
    this.#display()
  }

  #display() {
    const several = (this.#vehicles?.length ?? 0) > 1
    setText(this.#title, this.name)
    // With a selector the name is there already; the title stays for those who navigate by it.
    this.#title.classList.toggle('unseen', several)
    show(this.#select, several)
  }
}

/** @param {Vehicle} vehicle */
function nameOf({ id, make, model, year }) {
  const name = [make, model].filter((part) => part !== undefined && part !== '').join(' ')
  if (name === '') return id
  return year === undefined ? name : `${name} · ${year}`
}

function remembered() {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

/** @param {string} tokenId */
function remember(tokenId) {
  try {
    sessionStorage.setItem(key, tokenId)
  } catch {
    // Forbidden: the first vehicle is shown next time.
  }
}
