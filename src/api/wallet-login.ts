/** What the login with a wallet has to know of the configuration. */

export interface WalletLogin {
  /** The `sub` of the user tokens. */
  owner: string
  ownerAddress?: string | undefined
  /**
   * Where the gateway is reached, as far as it knows: it stands in the text that is signed. Never what a
   * client says (its Host header): a site that lures owners could have texts made out to itself.
   */
  url: () => string | undefined
}
