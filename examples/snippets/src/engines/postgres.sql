create table articles (
  title text not null,
  url text not null,
  body text not null,
  attributes jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('english', title || ' ' || body)) stored
);
create index on articles using gin (search);
create index on articles using gin (attributes jsonb_path_ops);
