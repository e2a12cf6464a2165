import type { CloudError, ErrorDetail } from './cloud-schemas.ts';

/** A REST answer that is an error, in the shape that Bitbucket gives it. */
export class ApiError extends Error {
  readonly status: number;
  readonly detail: ErrorDetail | undefined;

  constructor(status: number, message: string, detail?: ErrorDetail) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.detail = detail;
  }

  get body(): CloudError {
    const { message, detail } = this;
    return { type: 'error', error: detail === undefined ? { message } : { message, detail } };
  }
}
