/** What a person should hear while a list is read. */
export interface ListingNotices {
  /** Told before the first of so many requests that are made for single branches; the listing waits for it. */
  onBulk?(requestCount: number): Promise<void>;
  /** Told, in a sentence, what makes the list less than certain: it changed while it was read. */
  onWarning?(sentence: string): Promise<void>;
}
