import { literalSecretIn } from './literalSecret';

/** Shapes are put together here, so that no scanner takes this file for a leak. */
const random = 'q8Zr2LmX7vKp4TnW';

describe('literal secrets', () => {
  it.each([
    ['KEY', `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMII`, 'a private key'],
    ['ID', `AKIA${'ABCDEFGHIJKLMNOP'}`, 'an access key of AWS'],
    [
      'GH',
      `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`,
      'a token of GitHub',
    ],
    ['CI', `glpat-${'a1B2c3D4e5F6g7H8i9J0'}`, 'a token of GitLab'],
    ['BOT', `xoxb-${'123456789012-abcdefghijkl'}`, 'a token of Slack'],
    ['PAY', `sk_live_${'a1B2c3D4e5F6g7H8'}`, 'a key of Stripe'],
    ['V', `hvs.${'CAESIJ1234567890abcdefghij'}`, 'a token of Vault'],
    [
      'SESSION',
      `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0x'}.c2lnbmF0dXJl`,
      'a signed token (JWT)',
    ],
    [
      'DATABASE_URL',
      'postgres://app:s3cr3t@db/orders',
      'an address with a password',
    ],
    ['REDIS', 'redis://:s3cr3t@cache:6379/0', 'an address with a password'],
    [
      'DSN',
      'Server=db;User Id=sa;Password=s3cr3t;',
      'an address with a password',
    ],
    ['DB_PASSWORD', 'changeme', 'a password'],
    ['dbPassword', '123456', 'a password'],
    ['PGPASSWORD', 'orders', 'a password'],
    ['API_KEY', random, 'a secret by its name'],
    ['stripe.secret-key', random, 'a secret by its name'],
    ['SESSION_SECRET', `${random}==`, 'a secret by its name'],
  ])('%s is told by its shape or its name', (name, value, what) => {
    const secret = literalSecretIn(name, value);
    expect(secret?.what).toBe(what);
    expect(secret?.redacted).toBe(`(${value.length} characters, not shown)`);
  });

  it.each([
    ['LOG_LEVEL', 'info'],
    ['GIT_COMMIT', '0f3a9c1d5b7e2f4a6c8d0e1f2a3b4c5d6e7f8a9b'],
    ['IMAGE', 'registry.example/app@sha256:0f3a9c1d5b7e2f4a6c8d0e1f2a3b4c5d'],
    ['DB_PASSWORD', ''],
    ['DB_PASSWORD', '$(FROM_ELSEWHERE)'],
    ['DB_PASSWORD', '${FROM_ELSEWHERE}'],
    ['DB_PASSWORD', '<set by the pipeline>'],
    ['DB_PASSWORD_FILE', '/secrets/password'],
    ['PASSWORD', '/secrets/password'],
    ['REQUIRE_PASSWORD', 'true'],
    ['TOKEN', 'https://id.example/token'],
    ['TOKEN_TTL', '3600'],
    ['SECRET_NAME', 'orders-db-1'],
    ['AUTH', 'oauth2-proxy'],
    ['API_KEY_HEADER', 'X-Api-Key'],
    ['DATABASE_URL', 'postgres://db/orders'],
    ['DATABASE_URL', 'postgres://app:$(DB_PASSWORD)@db/orders'],
    ['DATABASE_URL', 'postgres://app@db/orders'],
    ['PWD', '/app'],
    ['COMPASS', 'north'],
  ])('%s=%s is none', (name, value) => {
    expect(literalSecretIn(name, value)).toBeUndefined();
  });
});
