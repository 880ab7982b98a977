{{ visible_rows("provider_return") }}
