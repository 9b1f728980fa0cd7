/** Who is asking: one account that may do everything, one that may read, and those without a token. */
import { unauthorized } from './status';

export interface Account {
  name: string;
  groups: readonly string[];
}

export const ANONYMOUS: Account = {
  name: 'system:anonymous',
  groups: ['system:unauthenticated'],
};

/** An account behind a token belongs to this group too. */
const AUTHENTICATED = 'system:authenticated';

export const ADMIN: Account = {
  name: 'admin',
  groups: ['system:masters', AUTHENTICATED],
};

export const READER: Account = {
  name: 'reader',
  groups: ['readers', AUTHENTICATED],
};

export class Authenticator {
  readonly #accounts: ReadonlyMap<string, Account>;

  static create(tokens: { admin: string; reader: string }): Authenticator {
    return new Authenticator(
      new Map([
        [tokens.admin, ADMIN],
        [tokens.reader, READER],
      ]),
    );
  }

  private constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts;
  }

  /** Throws 401 for a token that belongs to nobody; none at all is anonymous. */
  authenticate(authorization: string | undefined): Account {
    const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      return ANONYMOUS;
    }
    const account = this.#accounts.get(token.trim());
    if (!account) {
      throw unauthorized();
    }
    return account;
  }
}
