import { PASSWORD_HASHES_MAX, PASSWORD_HASHES_WAITING_MAX } from '@apiary/common/limits/access.ts';
import { describe, expect, it } from '@jest/globals';
import { PasswordHasher } from './password.ts';

describe('passwords', () => {
  it('are verified whatever their composition of accents, and nothing else is', async () => {
    const hasher = new PasswordHasher();
    const stored = await hasher.hash('cr\u00e8me br\u00fbl\u00e9e');
    expect(await hasher.verify('cre\u0300me bru\u0302le\u0301e', stored)).toBe(true);
    expect(await hasher.verify('creme brulee', stored)).toBe(false);
    expect(await hasher.verify('nobody has this password', undefined)).toBe(false);
  });

  it('are hashed a few at a time, and past the bound of those that wait refused', async () => {
    const hasher = new PasswordHasher();
    const most = PASSWORD_HASHES_MAX + PASSWORD_HASHES_WAITING_MAX;
    const asked = Array.from({ length: most + 5 }, () => hasher.hash('some password'));
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ reason: { code: 'too-many' } });
  });
});
