//! Roll-calls: several accounts name every member, and do not quite agree.

use serde_json::{Map, Value, json};

use super::events::Events;

/// The members of the United Nations, by their codes of ISO 3166-1 alpha-3.
const MEMBERS: &str = "AFG AGO ALB AND ARE ARG ARM ATG AUS AUT AZE BDI BEL BEN BFA BGD BGR BHR BHS BIH BLR BLZ BOL \
    BRA BRB BRN BTN BWA CAF CAN CHE CHL CHN CIV CMR COD COG COL COM CPV CRI CUB CYP CZE DEU DJI DMA DNK DOM DZA ECU \
    EGY ERI ESP EST ETH FIN FJI FRA FSM GAB GBR GEO GHA GIN GMB GNB GNQ GRC GRD GTM GUY HND HRV HTI HUN IDN IND IRL \
    IRN IRQ ISL ISR ITA JAM JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAR \
    MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MOZ MRT MUS MWI MYS NAM NER NGA NIC NLD NOR NPL NRU NZL OMN PAK \
    PAN PER PHL PLW PNG POL PRK PRT PRY QAT ROU RUS RWA SAU SDN SEN SGP SLB SLE SLV SMR SOM SRB SSD STP SUR SVK SVN \
    SWE SWZ SYC SYR TCD TGO THA TJK TKM TLS TON TTO TUN TUR TUV TZA UGA UKR URY USA UZB VCT VEN VNM VUT WSM YEM ZAF \
    ZMB ZWE";

/// What a member can do, the first most often.
const POSITIONS: [&str; 4] = ["yes", "no", "abstain", "absent"];

impl Events {
    /// A roll-call with an official account, two others with every name, and one with totals only.
    pub(crate) fn roll_call(&mut self) {
        let (vote, source) = (format!("A/RES/{}", self.next_seq()), self.newest());
        let members: Vec<&str> = MEMBERS.split(' ').collect();
        let data = json!({"id": vote, "title": "Return of persons", "body": "UN General Assembly",
            "date": source.day.full(), "members": members.len(), "source": source.id});
        self.emit("vote.recorded", &data);
        let cast: Vec<usize> = members.iter().map(|_| self.random.pick(&[0, 0, 0, 1, 2, 2, 3])).collect();
        self.account(&vote, json!({"official": true}), (&members, &cast));
        for reporter in ["press", "un-agency"] {
            // One slip in every account that is not official: a contested position.
            let mut seen = cast.clone();
            let slip = self.random.index(members.len());
            seen[slip] = (seen[slip] + 1) % POSITIONS.len();
            self.account(&vote, json!({"reporter": reporter}), (&members, &seen));
        }
        let totals = json!({"vote": vote, "source": self.quoted().id, "tally": {"yes": ">80", "no": "~30"},
            "wording": "more than 80 in favour and about 30 against"});
        self.emit("vote.reported", &totals);
        self.votes.push(vote);
    }

    fn account(&mut self, vote: &str, mut data: Value, (members, cast): (&[&str], &[usize])) {
        let (mut tally, mut positions) = (Map::new(), Map::new());
        for (number, position) in POSITIONS.iter().enumerate() {
            let named = members.iter().zip(cast).filter(|(_, cast)| **cast == number);
            let named: Vec<&str> = named.map(|(member, _)| *member).collect();
            tally.insert((*position).to_owned(), json!(named.len().to_string()));
            positions.insert((*position).to_owned(), json!(named));
        }
        data["vote"] = json!(vote);
        data["source"] = json!(self.quoted().id);
        data["tally"] = json!(tally);
        data["positions"] = json!(positions);
        self.emit("vote.reported", &data);
    }

    /// One member says later what it meant.
    pub(crate) fn position(&mut self) {
        if self.votes.is_empty() {
            return;
        }
        let chosen = self.random.index(self.votes.len());
        let members: Vec<&str> = MEMBERS.split(' ').collect();
        let data = json!({"vote": self.votes[chosen], "country": self.random.pick(&members),
            "position": self.random.pick(&POSITIONS), "kind": "intended", "source": self.newest().id,
            "note": format!("note verbale {}", self.next_seq())});
        self.emit("vote.position", &data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_193_members() {
        let members: Vec<&str> = MEMBERS.split(' ').collect();
        assert!(members.is_sorted_by(|a, b| a < b));
        assert_eq!(members.len(), 193);
    }
}
