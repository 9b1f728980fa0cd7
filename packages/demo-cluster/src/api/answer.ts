/** What a handler gives back to be sent. */
export interface Answer {
  code: number;
  /** Sent as JSON, or as it is where it is text. */
  body: unknown;
  contentType?: string;
}

/** A request as handlers see it, its body already read. */
export interface ApiRequest {
  method: string;
  query: URLSearchParams;
  accept: string | undefined;
  contentType: string | undefined;
  userAgent: string | undefined;
  body: string;
}
