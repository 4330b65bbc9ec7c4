create table tenants (
  id     text primary key,
  record jsonb not null            -- a Tenant without its id and apiKeyHashes
);
create table tenant_api_keys (
  hash      text primary key,      -- 'sha256:' and 64 hex digits; never the key itself
  tenant_id text not null references tenants (id) on delete cascade
);
