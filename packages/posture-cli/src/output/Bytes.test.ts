import { Bytes } from './Bytes';

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

describe('Bytes', () => {
  it('puts texts of all characters and bytes together in order', () => {
    const bytes = Bytes.create();
    bytes.addText('{"id":');
    bytes.addText('"naïve \u{1F600}"');
    bytes.addBytes(Buffer.from(',é}\n'));
    expect(bytes.length).toBe(
      Buffer.byteLength('{"id":"naïve \u{1F600}",é}\n'),
    );
    expect(text(bytes.take())).toBe('{"id":"naïve \u{1F600}",é}\n');
    expect(bytes.take()).toHaveLength(0);
  });

  it('grows with what is added, and leaves alone what was taken', () => {
    const bytes = Bytes.create();
    const long = 'é'.repeat(300_000);
    bytes.addText('a');
    bytes.addText(long);
    bytes.addBytes(Buffer.from(long));
    const taken = bytes.take();
    bytes.addText('b');
    expect(text(taken)).toBe(`a${long}${long}`);
    expect(text(bytes.take())).toBe('b');
  });
});
