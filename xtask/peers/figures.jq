# jq. usage: jq --null-input --raw-output -f figures.jq LEDGER
# Everything is kept in one flat object: jq copies an object inside another whenever a member of it is set.
def last_day: if length == 7 then . + "-31" else . end;
def breakdown: (. // {}) | to_entries | sort_by(.key) | map(.key + "=" + .value) | join(";");
reduce inputs as $event ({};
  if $event.type == "figure.reported" then .["figure \($event.seq)"] = $event
  elif $event.type == "record.corrected" then .["correction \($event.data.target)"] = $event.data.data.value
  elif $event.type == "record.retracted" or $event.type == "figure.withdrawn" then .["gone \($event.data.target)"] = true
  elif $event.type == "source.added" then .["published \($event.data.id)"] = $event.data.published
  else . end)
| . as $all
| reduce ($all[] | objects | select($all["gone \(.seq)"] | not)) as $event ({};
    ($event.data | [.indicator, .place // "", (.breakdown | breakdown), .reporter,
      if (.as_of | length) > 10 then .as_of else "" end]) as $series
    | [($event.data.as_of | last_day), $event.seq] as $key
    | ($series | tojson) as $name
    | if .[$name] == null or .[$name].key < $key then .[$name] = {$series, $key, $event} else . end)
| "indicator,place,breakdown,reporter,as_of,value,published,source,seq",
  ([.[]] | sort_by(.series)[] | .event as {$seq, $data}
   | .series[:4] + [$data.as_of, $all["correction \($seq)"] // $data.value, $all["published \($data.source)"], $data.source, $seq]
   | @csv)
