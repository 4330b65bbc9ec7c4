# Prints the two tokens of the shared vector: ruby sign.rb <secret> <file of the private key> <now>
# #region sign
require 'json'
require 'openssl'

def base64url(bytes)
  [bytes].pack('m0').tr('+/', '-_').delete('=')
end

def signing_input(alg, payload)
  [{ alg: alg, typ: 'JWT' }, payload].map { |part| base64url(JSON.generate(part)) }.join('.')
end

def support_token(user, tenant_id:, secret:, now: Time.now.to_i)
  payload = {
    tenantId: tenant_id,
    userId: user.fetch(:id),
    userEmail: user[:email],
    userRoles: user[:roles],
    plan: user[:plan],
    iat: now,
    exp: now + 3600
  }
  # What a user does not have is left out: null is refused.
  input = signing_input('HS256', payload.compact)
  "#{input}.#{base64url(OpenSSL::HMAC.digest('SHA256', secret, input))}"
end

def search_token(integration_id:, issuer:, private_key:, filters:, user_attributes:, now: Time.now.to_i)
  raise ArgumentError, 'a token without filters may see everything' if filters.nil? || filters.empty?

  input = signing_input(
    'RS256',
    {
      iss: issuer,
      aud: 'https://api.inkeep.com',
      integrationId: integration_id,
      filters: filters,
      userAttributes: user_attributes,
      iat: now,
      exp: now + 24 * 3600
    }
  )
  "#{input}.#{base64url(OpenSSL::PKey.read(private_key).sign('SHA256', input))}"
end
# #endregion

secret, key_file, now = ARGV
ada = { id: 'usr_42', email: 'ada@acme.example', roles: %w[user admin], plan: 'pro' }
puts support_token(ada, tenant_id: 'ten_acme', secret: secret, now: now.to_i)
puts search_token(
  integration_id: 'int_docs',
  issuer: 'https://auth.mydomain.com',
  private_key: File.read(key_file),
  filters: { attributes: { '$and': [{ env: 'dev' }, { modules: { '$in': %w[module1 module2] } }] } },
  user_attributes: { note: "\u00e9 \"\\ \u{1f512}\n", userId: 'usr_42' },
  now: now.to_i
)
