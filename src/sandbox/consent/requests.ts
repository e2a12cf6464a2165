import { randomText } from '../random-text.ts';

/** What the person who is asked has to know. */
export interface Question {
  /** Key or id of the consumer that asks. */
  readonly consumerKey: string;
  /** What it may do, in words. */
  readonly meanings: readonly string[];
  /** Where the browser is sent afterwards; null for `oob`, the verifier is then shown instead. */
  readonly callback: string | null;
}

/** A request for access and where it stands with the person who is asked. */
export interface AccessRequest<Asked extends Question> {
  readonly id: string;
  /** Proves that a decision was sent from the page made for this very request. */
  readonly antiForgery: string;
  readonly expiresAtMs: number;
  readonly asked: Asked;
  readonly decision: 'open' | 'granted' | 'denied';
}

const lifetimeMs = 10 * 60 * 1000;

/** The requests for access that one kind of sign-in has open, each for 10 minutes. */
export class AccessRequests<Asked extends Question> {
  readonly #clock: { nowMs(): number };
  readonly #byId = new Map<string, AccessRequest<Asked>>();

  constructor(clock: { nowMs(): number }) {
    this.#clock = clock;
  }

  open(asked: Asked): AccessRequest<Asked> {
    for (const { id } of this.#byId.values()) {
      if (this.find(id) === undefined) this.#byId.delete(id);
    }
    const request: AccessRequest<Asked> = {
      id: randomText(18),
      antiForgery: randomText(32),
      expiresAtMs: this.#clock.nowMs() + lifetimeMs,
      asked,
      decision: 'open',
    };
    this.#byId.set(request.id, request);
    return request;
  }

  /** Undefined when it was never made, is spent or has expired. */
  find(id: string): AccessRequest<Asked> | undefined {
    const request = this.#byId.get(id);
    const isCurrent = request !== undefined && request.expiresAtMs > this.#clock.nowMs();
    return isCurrent ? request : undefined;
  }

  decide(request: AccessRequest<Asked>, decision: 'granted' | 'denied'): void {
    this.#byId.set(request.id, { ...request, decision });
  }

  /** It is used up. */
  remove(id: string): void {
    this.#byId.delete(id);
  }
}
