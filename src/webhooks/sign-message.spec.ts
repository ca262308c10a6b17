import { describe, expect, it } from '@jest/globals';
import { newSecret, secretProblem, signedHeaders } from './sign-message.ts';

describe('a signed message', () => {
  it('has the signature that Standard Webhooks gives as its example [API-1]', () => {
    const body = '{"test": 2432232314}';
    const headers = signedHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body,
    });
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('takes secrets of 24 to 64 bytes, and makes such itself', () => {
    expect(secretProblem(newSecret())).toBeNull();
    expect(newSecret()).not.toBe(newSecret());
    const bytes = (length: number) => `whsec_${Buffer.alloc(length, 7).toString('base64')}`;
    expect([24, 64].map((length) => secretProblem(bytes(length)))).toEqual([null, null]);
    for (const wrong of [bytes(23), bytes(65), 'whsec_', 'secret', bytes(32).slice(6), `${bytes(32)}!`]) {
      expect(secretProblem(wrong)).toMatch(/^must be whsec_/);
    }
  });
});
