/** An item is there, and a part of its secret is missing. */
export class IncompleteItemError extends Error {}

/**
 * An operating system's keychain: secret texts by service and account. All methods reject with a BitbranchError of code
 * `store_unavailable` or `store_locked` when the keychain can't do its work, each within its deadline.
 */
export interface Keychain {
  /** Starts what a later call will need, without waiting for it. */
  prepare(): void;
  /**
   * Null where there is no such item, or where a locked keychain hides it.
   * @throws {IncompleteItemError} where items are split
   */
  get(service: string, account: string): Promise<string | null>;
  /** Adds the item or replaces it; `secret` is neither empty nor holds NUL. */
  set(service: string, account: string, secret: string): Promise<void>;
  /** True when there was something to delete. */
  delete(service: string, account: string): Promise<boolean>;
}
