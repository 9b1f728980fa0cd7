import { render, screen } from '@testing-library/react';

describe('App', () => {
  it('starts with every plugin it depends on, and says so when sign-in cannot be reached', async () => {
    process.env = {
      ...process.env,
      NODE_ENV: 'test',
      APP_CONFIG: [
        {
          data: {
            app: { title: 'Test', packages: 'all' },
            backend: { baseUrl: 'http://localhost:7007' },
          },
          context: 'test',
        },
      ] as unknown as string,
    };
    const { default: App } = await import('./App');

    render(App.createRoot());

    expect(
      await screen.findByText(/sign in/i, undefined, { timeout: 10_000 }),
    ).toBeInTheDocument();
  });
});
