import type {
  ClientCredentials,
  ProtocolParameters,
  SignableRequest,
  SigningKey,
  TokenWithSecret,
} from '../../src/oauth1/signature.ts';
import { oauthlibKey, wikiKey } from '../helpers/rsa-keys.ts';

/** A published, completely signed request with the values between request and signature. */
export interface Vector {
  readonly source: string;
  readonly request: SignableRequest;
  readonly client: ClientCredentials;
  readonly token?: TokenWithSecret;
  readonly parameters: ProtocolParameters;
  readonly realm?: string;
  readonly baseUri: string;
  /** Sorted, encoded pairs. */
  readonly pairs: readonly string[];
  readonly baseString: string;
  readonly signature: string;
}

interface VectorInput {
  readonly key: string;
  readonly signing: SigningKey;
  readonly token?: TokenWithSecret;
  readonly nonce: string;
  readonly timestamp: number;
  /** The protocol parameters beyond consumer key, token, method, nonce and timestamp. */
  readonly own?: Pick<ProtocolParameters, 'oauth_version' | 'oauth_callback' | 'oauth_verifier'>;
}

/** Written out here and not made by the client's own function, which adds a version that RFC 5849's examples lack. */
function credentialsAndParameters({ key, signing, token, nonce, timestamp, own }: VectorInput) {
  return {
    client: { key, signing },
    ...(token === undefined ? {} : { token }),
    parameters: {
      oauth_consumer_key: key,
      ...(token === undefined ? {} : { oauth_token: token.token }),
      oauth_signature_method: signing.method,
      oauth_timestamp: timestamp,
      oauth_nonce: nonce,
      ...own,
    },
  };
}

const photosConsumer = {
  key: 'dpf43f3p2l4k3l03',
  signing: { method: 'HMAC-SHA1', secret: 'kd94hf93k423kf44' },
} as const;

const photosToken = { token: 'nnch734d00sl2jdk', tokenSecret: 'pfkkdhi9sl3r4s00' };

export const rfc5849Initiate: Vector = {
  source: 'RFC 5849 section 1.2, temporary credentials',
  realm: 'Photos',
  request: { method: 'POST', url: 'https://photos.example.net/initiate' },
  ...credentialsAndParameters({
    ...photosConsumer,
    nonce: 'wIjqoS',
    timestamp: 137131200,
    own: { oauth_callback: 'http://printer.example.com/ready' },
  }),
  baseUri: 'https://photos.example.net/initiate',
  pairs: [
    'oauth_callback=http%3A%2F%2Fprinter.example.com%2Fready',
    'oauth_consumer_key=dpf43f3p2l4k3l03',
    'oauth_nonce=wIjqoS',
    'oauth_signature_method=HMAC-SHA1',
    'oauth_timestamp=137131200',
  ],
  baseString:
    'POST&https%3A%2F%2Fphotos.example.net%2Finitiate&oauth_callback%3Dhttp%253A%252F%252Fprinter.example.com%252Fready%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3DwIjqoS%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131200',
  signature: '74KNZJeDHnMBp0EMJ9ZHt/XKycU=',
};

const rfc5849Section1: Vector[] = [
  rfc5849Initiate,
  {
    source: 'RFC 5849 section 1.2, token credentials',
    realm: 'Photos',
    request: { method: 'POST', url: 'https://photos.example.net/token' },
    ...credentialsAndParameters({
      ...photosConsumer,
      token: { token: 'hh5s93j4hdidpola', tokenSecret: 'hdhd0244k9j7ao03' },
      nonce: 'walatlh',
      timestamp: 137131201,
      own: { oauth_verifier: 'hfdp7dh39dks9884' },
    }),
    baseUri: 'https://photos.example.net/token',
    pairs: [
      'oauth_consumer_key=dpf43f3p2l4k3l03',
      'oauth_nonce=walatlh',
      'oauth_signature_method=HMAC-SHA1',
      'oauth_timestamp=137131201',
      'oauth_token=hh5s93j4hdidpola',
      'oauth_verifier=hfdp7dh39dks9884',
    ],
    baseString:
      'POST&https%3A%2F%2Fphotos.example.net%2Ftoken&oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dwalatlh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dhh5s93j4hdidpola%26oauth_verifier%3Dhfdp7dh39dks9884',
    signature: 'gKgrFCywp7rO0OXSjdot/IHF7IU=',
  },
  {
    source: 'RFC 5849 section 1.2, authenticated request',
    realm: 'Photos',
    request: {
      method: 'GET',
      url: 'http://photos.example.net/photos?file=vacation.jpg&size=original',
    },
    ...credentialsAndParameters({
      ...photosConsumer,
      token: photosToken,
      nonce: 'chapoH',
      timestamp: 137131202,
    }),
    baseUri: 'http://photos.example.net/photos',
    pairs: [
      'file=vacation.jpg',
      'oauth_consumer_key=dpf43f3p2l4k3l03',
      'oauth_nonce=chapoH',
      'oauth_signature_method=HMAC-SHA1',
      'oauth_timestamp=137131202',
      'oauth_token=nnch734d00sl2jdk',
      'size=original',
    ],
    baseString:
      'GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3DchapoH%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131202%26oauth_token%3Dnnch734d00sl2jdk%26size%3Doriginal',
    signature: 'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
  },
];

/** RFC 5849 section 3.4.1: every kind of parameter in one request. The signature is the one of erratum 2550. */
export const rfc5849Section3: Vector = {
  source: 'RFC 5849 section 3.4.1 with erratum 2550',
  realm: 'Example',
  request: {
    method: 'POST',
    url: 'http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
    form: [
      ['c2', ''],
      ['a3', '2 q'],
    ],
  },
  ...credentialsAndParameters({
    key: '9djdj82h48djs9d2',
    signing: { method: 'HMAC-SHA1', secret: 'j49sk3j29djd' },
    token: { token: 'kkk9d7dh3k39sjv7', tokenSecret: 'dh893hdasih9' },
    nonce: '7d8f3e4a',
    timestamp: 137131201,
  }),
  baseUri: 'http://example.com/request',
  pairs: [
    'a2=r%20b',
    'a3=2%20q',
    'a3=a',
    'b5=%3D%253D',
    'c%40=',
    'c2=',
    'oauth_consumer_key=9djdj82h48djs9d2',
    'oauth_nonce=7d8f3e4a',
    'oauth_signature_method=HMAC-SHA1',
    'oauth_timestamp=137131201',
    'oauth_token=kkk9d7dh3k39sjv7',
  ],
  baseString:
    'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
  signature: 'r6/TJjbCOr97/+UU0NsvSne7s5g=',
};

const oauthlibRequest = {
  request: { method: 'GET', url: 'http://example.com' },
  baseUri: 'http://example.com/',
};
const oauthlibInput = {
  key: 'client_key',
  nonce: 'abc',
  timestamp: 1234567890,
  own: { oauth_version: '1.0' },
};

/** oauthlib's client test. Its URL has no path, so the base string URI must gain one. */
export const oauthlibHmac: Vector = {
  source: 'oauthlib client test, HMAC-SHA1 without any secret',
  ...oauthlibRequest,
  ...credentialsAndParameters({ ...oauthlibInput, signing: { method: 'HMAC-SHA1', secret: '' } }),
  pairs: [
    'oauth_consumer_key=client_key',
    'oauth_nonce=abc',
    'oauth_signature_method=HMAC-SHA1',
    'oauth_timestamp=1234567890',
    'oauth_version=1.0',
  ],
  baseString:
    'GET&http%3A%2F%2Fexample.com%2F&oauth_consumer_key%3Dclient_key%26oauth_nonce%3Dabc%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1234567890%26oauth_version%3D1.0',
  signature: 'hH5BWYVqo7QI4EmPBUUe9owRUUQ=',
};

const oauthlibRsa: Vector = {
  source: 'oauthlib client test, RSA-SHA1',
  ...oauthlibRequest,
  ...credentialsAndParameters({
    ...oauthlibInput,
    signing: { method: 'RSA-SHA1', privateKey: oauthlibKey },
  }),
  pairs: [
    'oauth_consumer_key=client_key',
    'oauth_nonce=abc',
    'oauth_signature_method=RSA-SHA1',
    'oauth_timestamp=1234567890',
    'oauth_version=1.0',
  ],
  baseString:
    'GET&http%3A%2F%2Fexample.com%2F&oauth_consumer_key%3Dclient_key%26oauth_nonce%3Dabc%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1234567890%26oauth_version%3D1.0',
  signature:
    'ktvzkUhtrIawBcq21DRJrAyysTc3E1Zq5GdGu8EzHOtbeaCmOBDLGHAcqlm92mj7xp5E1Z6i2vbExPimYAJL7FzkLnkRE5YEJR4rNtIgAf1OZbYsIUmmBO+CLuStuu5Lg3tAluwC7XkkgoXCBaRKT1mUXzPHJILzZ8iFOvS6w5E=',
};

const oauthCore: Vector = {
  source: 'OAuth Core 1.0a appendix A',
  request: {
    method: 'GET',
    url: 'http://photos.example.net/photos?file=vacation.jpg&size=original',
  },
  ...credentialsAndParameters({
    ...photosConsumer,
    token: photosToken,
    nonce: 'kllo9940pd9333jh',
    timestamp: 1191242096,
    own: { oauth_version: '1.0' },
  }),
  baseUri: 'http://photos.example.net/photos',
  pairs: [
    'file=vacation.jpg',
    'oauth_consumer_key=dpf43f3p2l4k3l03',
    'oauth_nonce=kllo9940pd9333jh',
    'oauth_signature_method=HMAC-SHA1',
    'oauth_timestamp=1191242096',
    'oauth_token=nnch734d00sl2jdk',
    'oauth_version=1.0',
    'size=original',
  ],
  baseString:
    'GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096%26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal',
  signature: 'tR3+Ty81lMeYAr/Fid0kMTYa/WM=',
};

const wikiRsa: Vector = {
  source: 'OAuth wiki test case, RSA-SHA1',
  // The misspelt file name is part of the vector.
  request: {
    method: 'GET',
    url: 'http://photos.example.net/photos?file=vacaction.jpg&size=original',
  },
  ...credentialsAndParameters({
    key: 'dpf43f3p2l4k3l03',
    signing: { method: 'RSA-SHA1', privateKey: wikiKey },
    nonce: '13917289812797014437',
    timestamp: 1196666512,
    own: { oauth_version: '1.0' },
  }),
  baseUri: 'http://photos.example.net/photos',
  pairs: [
    'file=vacaction.jpg',
    'oauth_consumer_key=dpf43f3p2l4k3l03',
    'oauth_nonce=13917289812797014437',
    'oauth_signature_method=RSA-SHA1',
    'oauth_timestamp=1196666512',
    'oauth_version=1.0',
    'size=original',
  ],
  baseString:
    'GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacaction.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3D13917289812797014437%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1196666512%26oauth_version%3D1.0%26size%3Doriginal',
  signature:
    'jvTp/wX1TYtByB1m+Pbyo0lnCOLIsyGCH7wke8AUs3BpnwZJtAuEJkvQL2/9n4s5wUmUl4aCI4BwpraNx4RtEXMe5qg5T1LVTGliMRpKasKsW//e+RinhejgCuzoH26dyF8iY2ZZ/5D1ilgeijhV/vBka5twt399mXwaYdCwFYE=',
};

const signetInput = {
  key: 'key',
  signing: { method: 'RSA-SHA1', privateKey: wikiKey },
  timestamp: 1377815426,
  own: { oauth_version: '1.0' },
} as const;

const signet: Vector[] = [
  {
    source: 'signet, RSA-SHA1 for temporary credentials',
    request: { method: 'GET', url: 'http://term.ie/oauth/example/request_token.php' },
    ...credentialsAndParameters({ ...signetInput, nonce: 'c3839c47cb204a20e042b11a5cc9f971' }),
    baseUri: 'http://term.ie/oauth/example/request_token.php',
    pairs: [
      'oauth_consumer_key=key',
      'oauth_nonce=c3839c47cb204a20e042b11a5cc9f971',
      'oauth_signature_method=RSA-SHA1',
      'oauth_timestamp=1377815426',
      'oauth_version=1.0',
    ],
    baseString:
      'GET&http%3A%2F%2Fterm.ie%2Foauth%2Fexample%2Frequest_token.php&oauth_consumer_key%3Dkey%26oauth_nonce%3Dc3839c47cb204a20e042b11a5cc9f971%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1377815426%26oauth_version%3D1.0',
    signature:
      'P72T4RS8dVBneQPJSY71D3iLEjge2tiivxEasPVoaoDldDgPdwpQfhS1q0th19jB3B3+9P6tBWjpWaVPxrNZe3ssBCiwS/EmXZ/6VCJGU3YoDHMtz+0jCd36NjHj5I6TpLVQ8/rtfy6+EzpdUMz7ydnhKXYqJFPOWnNv8HM1W7I=',
  },
  {
    source: 'signet, RSA-SHA1 for token credentials',
    request: { method: 'GET', url: 'http://term.ie/oauth/example/access_token.php' },
    ...credentialsAndParameters({
      ...signetInput,
      token: { token: 'requestkey', tokenSecret: 'requestsecret' },
      nonce: '8ae9ac8192dd3cd7372e0324bf879602',
    }),
    baseUri: 'http://term.ie/oauth/example/access_token.php',
    pairs: [
      'oauth_consumer_key=key',
      'oauth_nonce=8ae9ac8192dd3cd7372e0324bf879602',
      'oauth_signature_method=RSA-SHA1',
      'oauth_timestamp=1377815426',
      'oauth_token=requestkey',
      'oauth_version=1.0',
    ],
    baseString:
      'GET&http%3A%2F%2Fterm.ie%2Foauth%2Fexample%2Faccess_token.php&oauth_consumer_key%3Dkey%26oauth_nonce%3D8ae9ac8192dd3cd7372e0324bf879602%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1377815426%26oauth_token%3Drequestkey%26oauth_version%3D1.0',
    signature:
      'Q1O7Ovi0jdacl/OTJoH3MAyOO/9H/tTXmoJzP/YqiKEJ+/wfShXo1RXX0xmlcjDR1XYxB1RMgHkFWQYYwz1qGCUhkXlH1c/to2qxPksptfPHRe7PJTxRClrdqLFOlhN7w2kO7tHVCeEp8IJIKON9q7cdXroTP7ctPPS+Q883SS0=',
  },
];

const tweets: Vector[] = [
  ['https://api.twitter.com/1/statuses/update.json', 'tnnArxj06cWHq44gCs1OSKk/jLY='],
  ['https://api.twitter.com/1.1/statuses/update.json', 'hCtSmYh+iHYCEqBWrE7C7hYmtUk='],
  ['https://api.x.com/1.1/statuses/update.json', 'Ls93hJiZbQ3akF3HF3x1Bz8/zU4='],
].map(([baseUri = '', signature = '']) => ({
  source: `X, creating a signature, ${baseUri}`,
  request: {
    method: 'post',
    url: `${baseUri}?include_entities=true`,
    form: [['status', 'Hello Ladies + Gentlemen, a signed OAuth request!']],
  },
  ...credentialsAndParameters({
    key: 'xvz1evFS4wEEPTGEFPHBog',
    signing: { method: 'HMAC-SHA1', secret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw' },
    token: {
      token: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
      tokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
    },
    nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg',
    timestamp: 1318622958,
    own: { oauth_version: '1.0' },
  }),
  baseUri,
  pairs: [
    'include_entities=true',
    'oauth_consumer_key=xvz1evFS4wEEPTGEFPHBog',
    'oauth_nonce=kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg',
    'oauth_signature_method=HMAC-SHA1',
    'oauth_timestamp=1318622958',
    'oauth_token=370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
    'oauth_version=1.0',
    'status=Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21',
  ],
  baseString: `POST&${encodeURIComponent(baseUri)}&include_entities%3Dtrue%26oauth_consumer_key%3Dxvz1evFS4wEEPTGEFPHBog%26oauth_nonce%3DkYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1318622958%26oauth_token%3D370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb%26oauth_version%3D1.0%26status%3DHello%2520Ladies%2520%252B%2520Gentlemen%252C%2520a%2520signed%2520OAuth%2520request%2521`,
  signature,
}));

export const vectors: readonly Vector[] = [
  ...rfc5849Section1,
  rfc5849Section3,
  oauthlibHmac,
  oauthlibRsa,
  oauthCore,
  wikiRsa,
  ...signet,
  ...tweets,
];
